// The calls that wait for something to happen: a message that matches, and the stream of changes.
#include <fmt/format.h>

#include "base/setting.h"
#include "base/text.h"
#include "ingress/http/inbox/calls.h"
#include "ingress/http/routes.h"

namespace postroad::ingress::http {
namespace {

using inbox::Inbox;

constexpr std::chrono::seconds kWaitDefault{10};
constexpr std::chrono::seconds kWaitMax{300};

/// `name:"value"` for the search, when the call has that parameter.
std::string search_term(const Call& call, std::string_view name) {
  const std::string* value = call.request.parameter(name);
  if (value == nullptr) return {};
  std::string plain = *value;
  std::erase(plain, '"');
  return fmt::format("{}:\"{}\" ", name, plain);
}

/// The message's key; of a batch, that of the copy for `to`.
std::string key_for(const inbox::Entry& entry, bool batch, const std::string* to) {
  if (!batch || to == nullptr) return admission::storage_key(entry.summary->id);
  std::uint32_t copy = 0;
  for (const inbox::RecipientState& one : *entry.states) {
    ++copy;
    if (ascii_lower(one.address).find(ascii_lower(*to)) != std::string::npos) break;
  }
  return admission::storage_key(entry.summary->id, copy);
}

/// Lines for EventSource: a change is a version, and now and then a sign of life, by which we notice who has gone.
class Changes final : public net::http::BodySource {
 public:
  static constexpr std::chrono::seconds kSignOfLife{2};
  static constexpr std::chrono::milliseconds kAtMostEvery{250};

  Changes(Inbox& box, std::shared_ptr<void> place) : box_(box), place_(std::move(place)) {}

  asio::awaitable<std::optional<std::string>> next() override {
    const Clock& clock = box_.parts().clock;
    const Deadline deadline = clock.mono() + kAtMostEvery;
    Result<std::string> now = co_await box_.changed(seen_, deadline);
    if (!now) co_return std::nullopt;
    if (*now == seen_) {
      if (clock.mono() - said_ < kSignOfLife) co_return std::string();
      said_ = clock.mono();
      co_return std::string(": still here\n\n");
    }
    co_await box_.parts().timers.sleep_until(seen_.empty() ? clock.mono() : deadline);  // What comes together is told together.
    seen_ = *std::move(now);
    said_ = clock.mono();
    co_return fmt::format("event: change\nid: {0}\ndata: {{\"version\":\"{0}\"}}\n\n", seen_);
  }

 private:
  Inbox& box_;
  std::shared_ptr<void> place_;  // shared with nobody; its end gives the place back
  std::string seen_;
  MonoTime said_{};
};

}  // namespace

/// The newest message that matches and is not older than `since`; when there is none, the first to come within `timeout`.
asio::awaitable<Response> wait_for_message(Call& call) {
  if (std::optional<Response> no = inbox::refused(call)) co_return *std::move(no);
  std::chrono::seconds timeout = kWaitDefault;
  if (const std::string* text = call.request.parameter("timeout")) {
    const std::optional<std::chrono::seconds> given = parse_duration(*text);
    if (!given || *given < std::chrono::seconds{0} || *given > kWaitMax) {
      co_return net::http::error(400, fmt::format("timeout is a time such as 10s, at most {} s", kWaitMax.count()));
    }
    timeout = *given;
  }
  std::int64_t since = 0;
  if (const std::string* text = call.request.parameter("since")) {
    const std::optional<std::int64_t> given = parse_int(*text);
    if (!given) co_return net::http::error(400, "since is a time in seconds since 1970");
    since = *given;
  }
  Inbox& box = *call.api.inbox();
  const std::shared_ptr<void> place = box.watch();
  if (place == nullptr) co_return net::http::error(503, "too many are waiting");
  const std::string terms = search_term(call, "to") + search_term(call, "from") + search_term(call, "subject");
  const inbox::Search search = inbox::Search::parse(terms);
  const Deadline deadline = call.parts().clock.mono() + timeout;
  for (;;) {
    Result<std::string> seen = co_await box.version();
    if (!seen) co_return error_of(seen.error());
    Result<Inbox::Page> page = co_await box.list(search, MessageId{0}, 1);
    if (!page) co_return error_of(page.error());
    const bool there = !page->entries.empty() &&
                       page->entries.front().summary->accepted >= WallTime{std::chrono::seconds{since}};
    if (there) {
      const inbox::Entry& entry = page->entries.front();
      const Result<spool::Message> message = co_await call.parts().spool.find(entry.summary->id);
      if (!message) co_return error_of(message.error());
      std::string key = key_for(entry, message->options.is_batch, call.request.parameter("to"));
      co_return co_await inbox::show(call, std::move(key));
    }
    if (call.parts().clock.mono() >= deadline) {
      co_return net::http::error(404, fmt::format("no such message within {} s", timeout.count()));
    }
    const Result<std::string> changed = co_await box.changed(*std::move(seen), deadline);
    if (!changed) co_return error_of(changed.error());
  }
}

asio::awaitable<Response> stream_inbox(Call& call) {
  if (std::optional<Response> no = inbox::refused(call)) co_return *std::move(no);
  std::shared_ptr<void> place = call.api.inbox()->watch();
  if (place == nullptr) co_return net::http::error(503, "too many are watching");
  Response response = net::http::text(200, "");
  response.content_type = "text/event-stream";
  response.source = std::make_shared<Changes>(*call.api.inbox(), std::move(place));
  co_return inbox::fresh(std::move(response));
}

}  // namespace postroad::ingress::http
