// What becomes of a message, by the server's events.
#include "app/send_follow.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/http/percent.h"

namespace postroad::app {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kPollEvery{200};
constexpr std::size_t kPagesAtOnceMax = 20;

}  // namespace

Result<bool> Follower::follow(std::int64_t since, MonoTime deadline) {
  next_ = fmt::format("/v3/{}/events?begin={}&ascending=yes&limit=300&message-id={}", net::http::percent_encode(domain_), since,
                      net::http::percent_encode(id_));
  for (;;) {
    RETURN_IF_ERROR(read_pages());
    if (!standings_.empty() && std::ranges::all_of(standings_, [](const auto& one) { return one.second.ended; })) return true;
    if (remote_.mono() >= deadline) return false;
    remote_.pause(kPollEvery);
  }
}

Result<void> Follower::read_pages() {
  for (std::size_t page = 0; page < kPagesAtOnceMax; ++page) {
    ASSIGN_OR_RETURN(const json::object answer, remote_.get(next_));
    const json::array& items = answer.at("items").as_array();
    for (const json::value& item : items) take(item.as_object());
    if (items.empty()) return {};
    ASSIGN_OR_RETURN(next_, Remote::path_of(text_at(answer.at("paging").as_object(), "next")));
  }
  return {};
}

void Follower::take(const json::object& event) {
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

void Follower::print(const json::object& event, const std::string& type, bool temporary) const {
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

}  // namespace postroad::app
