// The calls of the sandbox's page and of `postroad inbox`: /_/api (docs/operating/sandbox.md).
#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/setting.h"
#include "base/text.h"
#include "ingress/http/inbox/view.h"
#include "ingress/http/routes.h"
#include "mail/parameter_writer.h"

namespace postroad::ingress::http {
namespace {

using inbox::Inbox;

constexpr std::int64_t kRowsDefault = 100;
constexpr std::int64_t kRowsMax = 500;
constexpr std::size_t kOnLoopBytesMax = 256 * 1024;
constexpr std::chrono::seconds kWaitDefault{10};
constexpr std::chrono::seconds kWaitMax{300};

/// Scripts have no place in a message: the frame that shows it has an origin of its own and may load nothing.
constexpr std::string_view kFramePolicy =
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:{}; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'";
constexpr std::string_view kRemotePictures = " https: http:";

/// Nullopt: the call may be answered. The page is the sandbox's alone, and what changes something comes from itself or
/// from no page at all.
std::optional<Response> refused(const Call& call) {
  if (call.api.inbox() == nullptr) return net::http::error(404, "Not Found");
  const std::string_view origin = call.request.header("Origin");
  const bool own = origin.empty() || origin.substr(std::min(origin.find("//") + 2, origin.size())) == call.request.header("Host");
  if (call.request.method != "GET" && call.request.method != "HEAD" && !own) {
    return net::http::error(403, "this call is for the sandbox's own page");
  }
  return std::nullopt;
}

Response fresh(Response response) {
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

Response fresh_json(JsonWriter& json) { return fresh(net::http::json(200, json.take())); }

struct Found {
  spool::Message message;
  admission::StorageKey key;
  std::string octets;
};

asio::awaitable<Result<Found>> find(Call& call, std::string text) {
  const std::optional<admission::StorageKey> key = admission::read_storage_key(text);
  if (!key) co_return fail_permanent(ErrorCode::kNotFound, "Message not found");
  Result<spool::Message> message = co_await call.parts().spool.find(key->message);
  if (!message) co_return std::unexpected(std::move(message).error());
  co_return Found{*std::move(message), *key, {}};
}

/// Reads the octets and runs `work` on them, where they are many not on the loop.
asio::awaitable<Result<void>> with_octets(Call& call, Found& found, std::move_only_function<void()> work) {
  const Api::Parts& parts = call.parts();
  Result<void> done;
  std::function<void()> all = [&] {
    const Result<std::shared_ptr<const std::string>> content = parts.spool.content(found.message);
    Result<std::string> octets = content ? admission::stored_octets(found.message, **content, found.key.copy, {})
                                         : std::unexpected(content.error());
    if (!octets) {
      done = std::unexpected(std::move(octets).error());
      return;
    }
    found.octets = *std::move(octets);
    work();
  };
  if (static_cast<std::size_t>(found.message.bytes) > kOnLoopBytesMax) {
    co_await parts.executor.run_blocking("crypto", std::move(all));
  } else {
    all();
  }
  co_return done;
}

asio::awaitable<Response> show(Call& call, std::string key) {
  Result<Found> found = co_await find(call, key);
  if (!found) co_return error_of(found.error());
  Result<std::vector<events::StoredEvent>> story = co_await call.parts().journal.of_message(found->message.id);
  if (!story) co_return error_of(story.error());
  std::string body;
  std::move_only_function<void()> render = [&] {
    body = inbox::render_message({.key = key, .message = found->message, .octets = found->octets, .story = *story});
  };
  const Result<void> done = co_await with_octets(call, *found, std::move(render));
  if (!done) co_return error_of(done.error());
  co_return fresh(net::http::json(200, std::move(body)));
}

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

asio::awaitable<Response> get_sandbox(Call& call) {
  if (std::optional<Response> no = refused(call)) co_return *std::move(no);
  const ApiOptions& options = call.api.options();
  JsonWriter json;
  json.begin_object().field("version", options.version).field("url", call.base_url()).field("smtp", options.smtp);
  json.field("warp", options.warp.times()).end_object();
  co_return fresh_json(json);
}

asio::awaitable<Response> list_inbox(Call& call) {
  if (std::optional<Response> no = refused(call)) co_return *std::move(no);
  std::int64_t limit = kRowsDefault;
  if (const std::string* text = call.request.parameter("limit")) {
    limit = parse_int(*text).value_or(0);
    if (limit < 1 || limit > kRowsMax) co_return net::http::error(400, fmt::format("limit must be between 1 and {}", kRowsMax));
  }
  MessageId before{0};
  if (const std::string* text = call.request.parameter("before")) {
    const std::optional<admission::StorageKey> key = admission::read_storage_key(*text);
    if (!key) co_return net::http::error(400, "before is not a message's key");
    before = key->message;
  }
  const std::string* query = call.request.parameter("query");
  Inbox& box = *call.api.inbox();
  // The version first: what comes between is then told once more, never left out.
  const Result<std::string> version = co_await box.version();
  if (!version) co_return error_of(version.error());
  inbox::Search search = inbox::Search::parse(query == nullptr ? std::string_view() : *query);
  Result<Inbox::Page> page = co_await box.list(std::move(search), before, static_cast<std::size_t>(limit));
  if (!page) co_return error_of(page.error());
  JsonWriter json;
  json.begin_object().field("version", *version).field("more", page->more).key("messages").begin_array();
  for (const inbox::Entry& entry : page->entries) inbox::add_entry(json, entry);
  json.end_array().end_object();
  co_return fresh_json(json);
}

asio::awaitable<Response> empty_inbox(Call& call) {
  if (std::optional<Response> no = refused(call)) co_return *std::move(no);
  const Result<std::int64_t> count = co_await call.api.inbox()->remove_all();
  if (!count) co_return error_of(count.error());
  JsonWriter json;
  json.begin_object().field("message", "All messages have been deleted").field("count", *count).end_object();
  co_return fresh_json(json);
}

/// The newest message that matches and is not older than `since`; when there is none, the first to come within `timeout`.
asio::awaitable<Response> wait_for_message(Call& call) {
  if (std::optional<Response> no = refused(call)) co_return *std::move(no);
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
      co_return co_await show(call, std::move(key));
    }
    if (call.parts().clock.mono() >= deadline) {
      co_return net::http::error(404, fmt::format("no such message within {} s", timeout.count()));
    }
    const Result<std::string> changed = co_await box.changed(*std::move(seen), deadline);
    if (!changed) co_return error_of(changed.error());
  }
}

asio::awaitable<Response> get_inbox_message(Call& call) {
  if (std::optional<Response> no = refused(call)) co_return *std::move(no);
  co_return co_await show(call, call.captured.at(0));
}

asio::awaitable<Response> delete_inbox_message(Call& call) {
  if (std::optional<Response> no = refused(call)) co_return *std::move(no);
  const std::optional<admission::StorageKey> key = admission::read_storage_key(call.captured.at(0));
  if (!key) co_return net::http::error(404, "Message not found");
  const Result<void> removed = co_await call.api.inbox()->remove(key->message);
  if (!removed) co_return error_of(removed.error());
  co_return fresh(net::http::json(200, R"({"message":"Message has been deleted"})"));
}

asio::awaitable<Response> get_inbox_html(Call& call) {
  if (std::optional<Response> no = refused(call)) co_return *std::move(no);
  Result<Found> found = co_await find(call, call.captured.at(0));
  if (!found) co_return error_of(found.error());
  Response response = net::http::text(200, "");
  std::move_only_function<void()> render = [&] { response.body = inbox::frame_page(mail::parse_mime(found->octets)); };
  const Result<void> done = co_await with_octets(call, *found, std::move(render));
  if (!done) co_return error_of(done.error());
  const std::string* pictures = call.request.parameter("pictures");
  const bool remote = pictures != nullptr && *pictures == "remote";
  response.content_type = "text/html; charset=utf-8";
  response.headers.push_back({"Content-Security-Policy", fmt::format(kFramePolicy, remote ? kRemotePictures : std::string_view())});
  response.headers.push_back({"Referrer-Policy", "no-referrer"});
  response.headers.push_back({"Cross-Origin-Resource-Policy", "same-origin"});
  co_return fresh(std::move(response));
}

asio::awaitable<Response> get_inbox_source(Call& call) {
  if (std::optional<Response> no = refused(call)) co_return *std::move(no);
  Result<Found> found = co_await find(call, call.captured.at(0));
  if (!found) co_return error_of(found.error());
  std::move_only_function<void()> nothing = [] {};
  const Result<void> done = co_await with_octets(call, *found, std::move(nothing));
  if (!done) co_return error_of(done.error());
  Response response = net::http::text(200, std::move(found->octets));
  if (call.request.parameter("download") != nullptr) {
    response.content_type = "message/rfc822";
    response.headers.push_back({"Content-Disposition", fmt::format("attachment; filename=\"{}.eml\"", call.captured.at(0))});
  }
  response.headers.push_back({"Content-Security-Policy", "default-src 'none'; sandbox"});
  co_return fresh(std::move(response));
}

asio::awaitable<Response> get_inbox_attachment(Call& call) {
  if (std::optional<Response> no = refused(call)) co_return *std::move(no);
  Result<Found> found = co_await find(call, call.captured.at(0));
  if (!found) co_return error_of(found.error());
  const std::optional<std::int64_t> number = parse_int(call.captured.at(1));
  Response response = net::http::error(404, "Attachment not found");
  std::move_only_function<void()> render = [&] {
    const mail::MimeMessage message = mail::parse_mime(found->octets);
    if (!number || *number < 0 || static_cast<std::size_t>(*number) >= message.attachments.size()) return;
    const mail::MimePart& part = message.parts[message.attachments[static_cast<std::size_t>(*number)]];
    // Whatever it says it is: it is there to be kept, not to be opened as a page of ours.
    response = net::http::text(200, part.content());
    response.content_type = "application/octet-stream";
    std::string disposition = "attachment";
    if (!part.filename.empty()) mail::append_parameter(disposition, {"filename", part.filename}, false);
    response.headers.push_back({"Content-Disposition", std::move(disposition)});
    response.headers.push_back({"Content-Security-Policy", "default-src 'none'; sandbox"});
  };
  const Result<void> done = co_await with_octets(call, *found, std::move(render));
  if (!done) co_return error_of(done.error());
  co_return fresh(std::move(response));
}

asio::awaitable<Response> stream_inbox(Call& call) {
  if (std::optional<Response> no = refused(call)) co_return *std::move(no);
  std::shared_ptr<void> place = call.api.inbox()->watch();
  if (place == nullptr) co_return net::http::error(503, "too many are watching");
  Response response = net::http::text(200, "");
  response.content_type = "text/event-stream";
  response.source = std::make_shared<Changes>(*call.api.inbox(), std::move(place));
  co_return fresh(std::move(response));
}

}  // namespace postroad::ingress::http
