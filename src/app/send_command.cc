// postroad send: a message by the HTTP API, and what becomes of it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/cli.h"
#include "app/rate.h"
#include "app/remote.h"
#include "app/send_follow.h"
#include "app/send_form.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/date.h"
#include "net/http/percent.h"

namespace postroad::app {
namespace {

namespace json = boost::json;

constexpr const char* kSandboxSender = "postroad send <hello@acme.test>";
constexpr std::chrono::seconds kClockSkewMax{5};  ///< between the answer's Date and the journal's times

std::unexpected<Error> wrong(std::string text) { return fail_permanent(ErrorCode::kInvalidArgument, std::move(text)); }

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

/// A message that the server has taken.
struct Sent {
  std::string id;          ///< With its angle brackets.
  std::int64_t since = 0;  ///< Its events are not older: seconds since 1970.
  boost::json::value said;
};

int follow_one(const SendArguments& mail, Remote& remote, const std::string& domain, const Sent& sent, std::chrono::seconds timeout) {
  const std::string id = sent.id.substr(1, sent.id.size() - 2);
  Follower follower(remote, domain, id, mail.json || output_style().quiet);
  const Result<bool> ended = follower.follow(sent.since, remote.mono() + timeout);
  if (!ended) return report(ended.error());
  if (mail.json) print_json(sent.id, follower.standings());
  if (mail.trace && !mail.json) print_transcripts(remote, follower.storage_key());
  const bool failed = std::ranges::any_of(follower.standings(), [](const auto& one) { return one.second.failed; });
  if (failed) return kExitBounced;
  if (*ended) return kExitDone;
  print_error(fmt::format("not at its end after {} s; it goes on without us", timeout.count()));
  print_hint(fmt::format("postroad log show {}", id));
  return kExitTemporary;
}

/// How many recipients of all of them stand how, when each has ended or the time is over.
int follow_all(const SendArguments& mail, Remote& remote, const std::string& domain, const std::vector<Sent>& all, std::chrono::seconds timeout) {
  const MonoTime deadline = remote.mono() + timeout;
  std::map<std::string, int> counts;
  bool failed = false, ended = true;
  for (const Sent& sent : all) {
    Follower follower(remote, domain, sent.id.substr(1, sent.id.size() - 2), true);
    const Result<bool> whole = follower.follow(sent.since, deadline);
    if (!whole) return report(whole.error());
    ended = ended && *whole;
    for (const auto& [address, standing] : follower.standings()) {
      ++counts[standing.state];
      failed = failed || standing.failed;
    }
  }
  JsonWriter out;
  std::string text;
  out.begin_object().field("sent", static_cast<std::int64_t>(all.size())).key("recipients").begin_object();
  for (const auto& [state, count] : counts) {
    out.field(state, count);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, state);
  }
  out.end_object().end_object();
  fmt::print("{}\n", mail.json ? out.text() : text);
  if (failed) return kExitBounced;
  if (ended) return kExitDone;
  print_error(fmt::format("not all at their ends after {} s; they go on without us", timeout.count()));
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

Result<Sent> send_one(Remote& remote, const SendArguments& mail, const std::string& from, const std::string& domain) {
  ASSIGN_OR_RETURN(const net::http::ClientResponse answer, post(remote, mail, from, domain));
  boost::json::error_code error;
  Sent sent;
  sent.said = json::parse(answer.body, error);
  if (!error && sent.said.is_object()) sent.id = text_at(sent.said.as_object(), "id");
  if (sent.id.size() < 3) return wrong("the server's answer names no message");
  sent.since = begin_of(answer, remote.now());
  return sent;
}

/// As many as wanted, paced from the first on; the first that is refused ends it.
Result<std::vector<Sent>> send_all(Remote& remote, const SendArguments& mail, const std::string& from, const std::string& domain,
                                   std::chrono::nanoseconds apart) {
  std::vector<Sent> all;
  const MonoTime begun = remote.mono();
  for (int i = 0; i < mail.count; ++i) {
    const MonoTime due = begun + std::chrono::duration_cast<MonoTime::duration>(apart * i);
    if (const MonoTime now = remote.mono(); due > now) remote.pause(std::chrono::ceil<std::chrono::milliseconds>(due - now));
    Result<Sent> sent = send_one(remote, mail, from, domain);
    if (!sent && i > 0) sent.error().detail += fmt::format(" ({} were taken before)", i);
    if (!sent) return std::unexpected(std::move(sent).error());
    if (!mail.json) fmt::print("{}\n", sent->id);
    std::fflush(stdout);
    all.push_back(*std::move(sent));
  }
  const double seconds = std::chrono::duration<double>(remote.mono() - begun).count();
  if (mail.count > 1) print_done(fmt::format("{} taken in {:.2f} s", mail.count, seconds));
  return all;
}

/// What can be said without a server; empty when it is good.
struct Complaint {
  std::string error, hint;
};
Complaint complaint_about(const SendArguments& mail) {
  if (!mail.templated.empty()) {
    return {"--template: stored templates are not built yet", "postroad template render renders one here; send what it gives with --html -"};
  }
  if (mail.to.empty()) return {"--to is missing", "postroad send --to you@corp.test --subject Hi --text Hello"};
  if (mail.raw && !mail.eml.empty()) return {"--raw reads standard input, --eml a file: one of them", "postroad send --help"};
  if (mail.wait && mail.no_wait) return {"--wait and --no-wait: one of them", "postroad send --help"};
  if (!mail.rate.empty() && !rate_per_hour(mail.rate)) return {fmt::format("--rate: {} is no rate such as 10/s, 60/m or 100/h", mail.rate), "postroad send --help"};
  const auto reads_input = [](const std::string& value) { return value == "-"; };
  const int readers = (mail.raw ? 1 : 0) + reads_input(mail.eml) + reads_input(mail.text) + reads_input(mail.html);
  if (readers > 1) return {"standard input can be one thing only", "@FILE reads a file"};
  return {};
}

/// What standard input has is read once, however often it is sent.
Result<SendArguments> with_input_read(SendArguments mail) {
  if (mail.raw) mail.eml = "-";
  mail.input.reset();
  if (mail.eml == "-" || mail.text == "-" || mail.html == "-") {
    ASSIGN_OR_RETURN(mail.input, read_value("-"));
  }
  return mail;
}

}  // namespace

int send_command(const SendArguments& given) {
  const Complaint complaint = complaint_about(given);
  if (!complaint.error.empty()) {
    print_error(complaint.error);
    print_hint(complaint.hint);
    print_docs("docs/operating/cli.md");
    return kExitUsage;
  }
  const std::optional<std::chrono::seconds> timeout = read_timeout(given.timeout, "--timeout");
  if (!timeout) return kExitUsage;
  const Result<SendArguments> mail = with_input_read(given);
  if (!mail) return report(mail.error());
  Result<std::unique_ptr<Remote>> remote = Remote::at(mail->remote);
  if (!remote) {
    print_error(remote.error().detail);
    return kExitUsage;
  }
  const Result<std::string> from = sender_of(*mail, **remote);
  if (!from) return report(from.error());
  const Result<std::string> domain = domain_of(*mail, *from);
  if (!domain) return report(domain.error());
  const std::optional<std::int64_t> rate = rate_per_hour(mail->rate);
  const std::chrono::nanoseconds apart = rate ? std::chrono::nanoseconds(std::chrono::hours{1}) / *rate : std::chrono::nanoseconds{0};
  const Result<std::vector<Sent>> all = send_all(**remote, *mail, *from, *domain, apart);
  if (!all) return report(all.error());
  const bool one = mail->count == 1;
  if (mail->no_wait || (!one && !mail->wait)) {
    for (const Sent& sent : *all) {
      if (mail->json) fmt::print("{}\n", json::serialize(sent.said));
    }
    return kExitDone;
  }
  return one ? follow_one(*mail, **remote, *domain, all->front(), *timeout) : follow_all(*mail, **remote, *domain, *all, *timeout);
}

}  // namespace postroad::app
