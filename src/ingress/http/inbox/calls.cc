// The calls of the sandbox's page and of `postroad inbox`: /_/api (docs/operating/sandbox.md).
#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "ingress/http/inbox/calls.h"
#include "ingress/http/inbox/view.h"
#include "ingress/http/routes.h"
#include "mail/parameter_writer.h"

namespace postroad::ingress::http {
namespace {

using inbox::fresh;
using inbox::fresh_json;
using inbox::Inbox;
using inbox::refused;
using inbox::show;

constexpr std::int64_t kRowsDefault = 100;
constexpr std::int64_t kRowsMax = 500;
constexpr std::size_t kOnLoopBytesMax = 256 * 1024;

/// Scripts have no place in a message: the frame that shows it has an origin of its own and may load nothing.
constexpr std::string_view kFramePolicy =
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:{}; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'";
constexpr std::string_view kRemotePictures = " https: http:";

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

}  // namespace

namespace inbox {

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

asio::awaitable<Response> show(Call& call, std::string key) {
  Result<Found> found = co_await find(call, key);
  if (!found) co_return error_of(found.error());
  Result<std::vector<events::StoredEvent>> story = co_await call.parts().journal.of_message(found->message.id);
  if (!story) co_return error_of(story.error());
  std::string body;
  std::move_only_function<void()> render = [&] {
    body = inbox::render_message({.key = key, .copy = found->key.copy, .message = found->message, .octets = found->octets, .story = *story});
  };
  const Result<void> done = co_await with_octets(call, *found, std::move(render));
  if (!done) co_return error_of(done.error());
  co_return fresh(net::http::json(200, std::move(body)));
}

}  // namespace inbox

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

}  // namespace postroad::ingress::http
