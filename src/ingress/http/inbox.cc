// The sandbox's inbox: what has been captured, for a person with a browser.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "ingress/http/routes.h"
#include "mail/date.h"
#include "spool/spool.h"

namespace postroad::ingress::http {
namespace {

constexpr std::int64_t kInboxRowsMax = 200;
constexpr std::size_t kSourceBytesMax = 1024 * 1024;

constexpr std::string_view kStyle =
    "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1d2733}"
    "h1{font-size:1.3rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.45rem .6rem;"
    "border-bottom:1px solid #dde3ea;vertical-align:top}th{font-weight:600;color:#5a6b7d}a{color:#0b62b8}"
    "pre{background:#f4f6f8;padding:1rem;overflow:auto;white-space:pre-wrap;word-break:break-word}"
    ".quiet{color:#5a6b7d}@media(prefers-color-scheme:dark){body{background:#12181f;color:#dbe4ee}"
    "th,td{border-color:#2a3542}pre{background:#1a222c}a{color:#6db3f2}}";

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

Response page(int status, std::string_view title, std::string_view body, bool refresh) {
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.headers.push_back({"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.body = fmt::format(
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
      "{}<title>{}</title><style>{}</style><body>{}</body></html>",
      refresh ? "<meta http-equiv=\"refresh\" content=\"3\">" : "", escaped(title), kStyle, body);
  return response;
}

/// The headers that the message's events carry.
struct Headers {
  std::string from, to, subject;
};

Headers headers_of(const spool::Message& message) {
  boost::json::error_code error;
  const boost::json::value facts = boost::json::parse("{" + message.facts_message + "}", error);
  Headers headers;
  if (error) return headers;
  if (!facts.as_object().contains("headers")) return {"", "", "(a copy for each recipient)"};  // A batch.
  const boost::json::object& fields = facts.as_object().at("headers").as_object();
  const auto text = [&fields](std::string_view key) { return std::string(fields.at(key).get_string()); };
  return {text("from"), text("to"), text("subject")};
}

std::string time_text(WallTime time) {
  return mail::format_date_gmt(std::chrono::time_point_cast<std::chrono::seconds>(time));
}

std::string empty_inbox(const std::string& base_url) {
  const std::string host = base_url.substr(base_url.find("//") + 2);
  return fmt::format(
      "<p>Waiting for the first message. Nothing sent here leaves this machine.</p><pre>curl -su api:key-dev "
      "{}/v3/acme.test/messages -F from=me@acme.test -F to=you@corp.test -F subject=Hi -F text=Hello</pre>",
      escaped(host));
}

}  // namespace

asio::awaitable<Response> get_inbox(Call& call) {
  Result<std::vector<spool::StoredMessage>> messages = co_await call.parts().spool.newest(kInboxRowsMax);
  if (!messages) co_return error_of(messages.error());
  std::string body = "<h1>postroad inbox <span class=\"quiet\">captured mail, newest first</span></h1>";
  if (messages->empty()) co_return page(200, "postroad inbox", body + empty_inbox(call.base_url()), true);
  body += "<table><tr><th>From</th><th>To</th><th>Subject</th><th>Size</th><th>Received</th></tr>";
  for (const spool::StoredMessage& stored : *messages) {
    const Headers headers = headers_of(stored.message);
    const std::string subject = headers.subject.empty() ? "(no subject)" : headers.subject;
    body += fmt::format("<tr><td>{}</td><td>{}</td><td><a href=\"/inbox/{}\">{}</a></td><td>{}</td><td>{}</td></tr>",
                        escaped(headers.from), escaped(headers.to), admission::storage_key(stored.message.id),
                        escaped(subject), stored.message.bytes, time_text(stored.message.accepted));
  }
  co_return page(200, fmt::format("({}) postroad", messages->size()), body + "</table>", true);
}

asio::awaitable<Response> get_inbox_message(Call& call) {
  if (!call.api.options().inbox) co_return net::http::error(404, "Not Found");
  const std::optional<admission::StorageKey> key = admission::read_storage_key(call.captured.at(0));
  if (!key) co_return net::http::error(404, "Message not found");
  const MessageId id = key->message;
  Result<spool::Message> message = co_await call.parts().spool.find(id);
  if (!message) co_return error_of(message.error());
  Result<std::vector<events::StoredEvent>> story = co_await call.parts().journal.of_message(id);
  if (!story) co_return error_of(story.error());
  const Result<std::shared_ptr<const std::string>> content = call.parts().spool.content(*message);
  if (!content) co_return error_of(content.error());
  const Result<std::string> source = admission::stored_octets(*message, **content, key->copy, {});
  if (!source) co_return error_of(source.error());

  const Headers headers = headers_of(*message);
  std::string body = fmt::format("<p><a href=\"/\">&larr; inbox</a></p><h1>{}</h1><p>from {} to {}</p><table>",
                                 escaped(headers.subject.empty() ? "(no subject)" : headers.subject),
                                 escaped(headers.from), escaped(headers.to));
  for (const events::StoredEvent& event : *story) {
    body += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>", time_text(event.time),
                        events::event_name(event.type), escaped(event.address));
  }
  body += fmt::format("</table><h1>Source</h1><pre>{}</pre>",
                      escaped(std::string_view(*source).substr(0, kSourceBytesMax)));
  co_return page(200, headers.subject, body, false);
}

}  // namespace postroad::ingress::http
