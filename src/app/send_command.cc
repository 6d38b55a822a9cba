// postroad send: a message by the HTTP API, and what becomes of it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/cli.h"
#include "app/remote.h"
#include "app/send_form.h"
#include "base/json_writer.h"
#include "mail/address.h"
#include "mail/date.h"
#include "net/http/percent.h"

namespace postroad::app {
namespace {

namespace json = boost::json;

constexpr const char* kSandboxSender = "postroad send <hello@acme.test>";
constexpr std::chrono::milliseconds kPollEvery{200};
constexpr std::chrono::seconds kClockSkewMax{5};  ///< between the answer's Date and the journal's times
constexpr std::size_t kPagesAtOnceMax = 20;

std::unexpected<Error> wrong(std::string text) { return fail_permanent(ErrorCode::kInvalidArgument, std::move(text)); }

/// How it stands with one recipient.
struct Standing {
  bool ended = false, failed = false;
  std::string state = "waiting", code, message;
};

/// Follows the events of one message, and prints each.
class Follower {
 public:
  Follower(Remote& remote, std::string domain, std::string id, bool quiet)
      : remote_(remote), domain_(std::move(domain)), id_(std::move(id)), quiet_(quiet) {}

  /// From `since` on; true when every recipient has ended before `timeout`.
  Result<bool> follow(std::int64_t since, std::chrono::seconds timeout) {
    next_ = fmt::format("/v3/{}/events?begin={}&ascending=yes&limit=300&message-id={}", net::http::percent_encode(domain_), since,
                        net::http::percent_encode(id_));
    const MonoTime deadline = remote_.mono() + timeout;
    for (;;) {
      RETURN_IF_ERROR(read_pages());
      if (!standings_.empty() && std::ranges::all_of(standings_, [](const auto& one) { return one.second.ended; })) return true;
      if (remote_.mono() >= deadline) return false;
      remote_.pause(kPollEvery);
    }
  }
  const std::map<std::string, Standing>& standings() const { return standings_; }
  const std::string& storage_key() const { return storage_key_; }

 private:
  Result<void> read_pages() {
    for (std::size_t page = 0; page < kPagesAtOnceMax; ++page) {
      ASSIGN_OR_RETURN(const json::object answer, remote_.get(next_));
      const json::array& items = answer.at("items").as_array();
      for (const json::value& item : items) take(item.as_object());
      if (items.empty()) return {};
      ASSIGN_OR_RETURN(next_, Remote::path_of(text_at(answer.at("paging").as_object(), "next")));
    }
    return {};
  }

  void take(const json::object& event) {
    const json::object* message = object_at(event, "message");
    const json::object* headers = message == nullptr ? nullptr : object_at(*message, "headers");
    if (headers == nullptr || text_at(*headers, "message-id") != id_) return;
    const std::string type = text_at(event, "event");
    Standing& standing = standings_[text_at(event, "recipient")];
    const bool temporary = text_at(event, "severity") == "temporary";
    if (type == "accepted") {
      if (begun_ == 0) begun_ = number_at(event, "timestamp");
      if (const json::object* storage = object_at(event, "storage")) storage_key_ = text_at(*storage, "key");
      if (const json::object* scheduled = object_at(event, "message"); scheduled->contains("scheduled-for")) standing.state = "scheduled";
    } else {
      standing.ended = type == "delivered" || type == "rejected" || (type == "failed" && !temporary);
      standing.failed = standing.ended && type != "delivered";
      standing.state = type == "failed" && temporary ? "deferred" : type;
      if (const json::object* status = object_at(event, "delivery-status")) {
        standing.code = text_at(*status, "code");
        standing.message = text_at(*status, "message");
      }
    }
    if (!quiet_) print(event, type, temporary);
  }

  void print(const json::object& event, const std::string& type, bool temporary) const {
    const double after = number_at(event, "timestamp") - begun_;
    const std::string recipient = text_at(event, "recipient");
    if (type == "accepted") {
      fmt::print("accepted   {:7.2f} s  {}\n", after, recipient);
      return;
    }
    const json::object none;
    const json::object* found = object_at(event, "delivery-status");
    const json::object& status = found == nullptr ? none : *found;
    std::string line = fmt::format("{:10} {:7.2f} s  {}  {}  {} {} {}", temporary ? "deferred" : type, after, recipient,
                                   text_at(status, "mx-host"), text_at(status, "code"), text_at(status, "enhanced-code"),
                                   text_at(status, "message"));
    if (type == "failed" && !temporary) line += fmt::format("  ({})", text_at(event, "reason"));
    if (const std::string again = text_at(status, "retry-seconds"); temporary && !again.empty()) line += fmt::format("  again in {} s", again);
    fmt::print("{}\n", line);
    std::fflush(stdout);
  }

  Remote& remote_;
  const std::string domain_, id_;
  const bool quiet_;
  std::string next_, storage_key_;
  double begun_ = 0;
  std::map<std::string, Standing> standings_;
};

/// The conversations, from the sandbox's own calls.
void print_transcripts(Remote& remote, const std::string& key) {
  const Result<json::object> message = remote.get("/_/api/inbox/" + key);
  if (!message) {
    print_error("this server does not tell its conversations over HTTP; on its machine: postroad log trace ID");
    return;
  }
  for (const json::value& event : message->at("events").as_array()) {
    const std::string transcript = text_at(event.as_object(), "transcript");
    if (!transcript.empty()) fmt::print("\n{}\n{}", text_at(event.as_object(), "recipient"), transcript);
  }
}

void print_json(const std::string& id, const std::map<std::string, Standing>& standings) {
  JsonWriter out;
  out.begin_object().field("id", id).key("recipients").begin_array();
  for (const auto& [address, standing] : standings) {
    out.begin_object().field("address", address).field("state", standing.state).field("code", standing.code);
    out.field("message", standing.message).field("ended", standing.ended).end_object();
  }
  out.end_array().end_object();
  fmt::print("{}\n", out.text());
}

/// Who sends: as given, else the sandbox's own sender, since nothing leaves it.
Result<std::string> sender_of(const SendArguments& mail, Remote& remote) {
  if (!mail.from.empty()) return mail.from;
  if (!mail.eml.empty() && !mail.domain.empty()) return std::string();
  const Result<json::object> sandbox = remote.get("/_/api/sandbox");
  if (sandbox) return std::string(kSandboxSender);
  if (sandbox.error().code != ErrorCode::kNotFound && sandbox.error().code != ErrorCode::kUnauthorized) return std::unexpected(sandbox.error());
  return wrong("--from is missing");
}

Result<std::string> domain_of(const SendArguments& mail, const std::string& from) {
  if (!mail.domain.empty()) return mail.domain;
  const Result<std::vector<mail::Mailbox>> sender = mail::parse_mailbox_list(from);
  if (!sender || sender->size() != 1) return wrong(fmt::format("--from: {} is not one address", from));
  return sender->front().domain;
}

std::int64_t begin_of(const net::http::ClientResponse& answer, WallTime now) {
  const std::optional<mail::UnixSeconds> date = mail::parse_api_date(std::string(answer.header("Date")));
  const auto begin = date ? *date : std::chrono::floor<std::chrono::seconds>(now);
  return (begin - kClockSkewMax).time_since_epoch().count();
}

int follow(const SendArguments& mail, Remote& remote, const std::string& domain, const std::string& id, std::int64_t since,
           std::chrono::seconds timeout) {
  Follower follower(remote, domain, id.substr(1, id.size() - 2), mail.json);
  const Result<bool> ended = follower.follow(since, timeout);
  if (!ended) return report(ended.error());
  if (mail.json) print_json(id, follower.standings());
  if (mail.trace && !mail.json) print_transcripts(remote, follower.storage_key());
  const bool failed = std::ranges::any_of(follower.standings(), [](const auto& one) { return one.second.failed; });
  if (failed) return kExitBounced;
  if (*ended) return kExitDone;
  print_error(fmt::format("not at its end after {} s; it goes on without us", timeout.count()));
  print_hint(fmt::format("postroad log show {}", id.substr(1, id.size() - 2)));
  return kExitTemporary;
}

Result<net::http::ClientResponse> post(Remote& remote, const SendArguments& mail, const std::string& from, const std::string& domain) {
  FormWriter form;
  RETURN_IF_ERROR(write_form(form, mail, from, remote.now()));
  const std::string type = form.content_type();
  ASSIGN_OR_RETURN(net::http::ClientResponse answer,
                   remote.call("POST", fmt::format("/v3/{}/messages{}", net::http::percent_encode(domain), mail.eml.empty() ? "" : ".mime"),
                               form.finish(), type));
  if (answer.status != 200) return std::unexpected(error_of_answer(answer));
  return answer;
}

}  // namespace

int send_command(const SendArguments& mail) {
  const std::optional<std::chrono::seconds> timeout = read_timeout(mail.timeout, "--timeout");
  if (!timeout) return kExitUsage;
  if (mail.to.empty()) {
    print_error("--to is missing");
    print_hint("postroad send --to you@corp.test --subject Hi --text Hello");
    return kExitUsage;
  }
  Result<std::unique_ptr<Remote>> remote = Remote::at(mail.remote);
  if (!remote) {
    print_error(remote.error().detail);
    return kExitUsage;
  }
  const Result<std::string> from = sender_of(mail, **remote);
  if (!from) return report(from.error());
  const Result<std::string> domain = domain_of(mail, *from);
  if (!domain) return report(domain.error());
  const Result<net::http::ClientResponse> answer = post(**remote, mail, *from, *domain);
  if (!answer) return report(answer.error());
  boost::json::error_code error;
  const json::value said = json::parse(answer->body, error);
  const std::string id = error || !said.is_object() ? std::string() : text_at(said.as_object(), "id");
  if (id.size() < 3) return report({ErrorCode::kInvalidArgument, Permanence::kPermanent, "the server's answer names no message"});
  if (mail.json && mail.no_wait) fmt::print("{}\n", json::serialize(said));
  if (!mail.json) fmt::print("{}\n", id);
  if (mail.no_wait) return kExitDone;
  std::fflush(stdout);
  return follow(mail, **remote, *domain, id, begin_of(*answer, (*remote)->now()), *timeout);
}

}  // namespace postroad::app
