// Messages as they were sent: /v3/domains/{domain}/messages/{key} (contract/sending.md §3).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "base/json_writer.h"
#include "base/text.h"
#include "ingress/http/accept_mail.h"
#include "ingress/http/routes.h"
#include "ingress/http/send_form.h"
#include "mail/encoded_word.h"
#include "mail/mime_parser.h"
#include "mail/parameter_writer.h"
#include "mail/quote/strip.h"

namespace postroad::ingress::http {
namespace {

constexpr std::size_t kOnLoopBytesMax = 256 * 1024;

/// A stored message, or one recipient's copy of a batch, and where it is shown.
struct Stored {
  spool::Message message;
  admission::StorageKey key;
  std::string octets;
  std::string url;
};

std::string header_text(const mail::HeaderBlock& header, std::string_view name) {
  const mail::HeaderField* field = header.find(name);
  return field == nullptr ? std::string() : mail::decode_words(mail::unfold(field->value));
}

/// kNotFound for whatever is not this domain's.
asio::awaitable<Result<Stored>> find_stored(Call& call) {
  Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain) co_return std::unexpected(std::move(domain).error());
  const std::optional<admission::StorageKey> key = admission::read_storage_key(call.captured.at(1));
  if (!key) co_return fail_permanent(ErrorCode::kNotFound, "Message not found");
  Result<spool::Message> message = co_await call.parts().spool.find(key->message);
  if (!message) co_return std::unexpected(std::move(message).error());
  if (message->domain != (*domain)->id) co_return fail_permanent(ErrorCode::kNotFound, "Message not found");
  std::string url = fmt::format("{}/v3/domains/{}/messages/{}", call.base_url(), (*domain)->name, call.captured.at(1));
  co_return Stored{*std::move(message), *key, {}, std::move(url)};
}

/// Reads the octets and runs `work` on them, where it is much not on the loop.
asio::awaitable<Result<void>> with_octets(Call& call, Stored& stored, std::move_only_function<void()> work) {
  const Api::Parts& parts = call.parts();
  Result<void> done;
  std::function<void()> all = [&] {
    const Result<std::shared_ptr<const std::string>> content = parts.spool.content(stored.message);
    if (!content) {
      done = std::unexpected(content.error());
      return;
    }
    // The token of a copy's address for unsubscribing is made when it is delivered.
    const std::string_view sender = stored.message.sender;
    const std::size_t at = sender.rfind('@');
    const std::string host(at == std::string_view::npos ? std::string_view() : sender.substr(at + 1));
    Result<std::string> octets =
        admission::stored_octets(stored.message, **content, stored.key.copy, fmt::format("mailto:unsubscribe@{}", host));
    if (!octets) {
      done = std::unexpected(std::move(octets).error());
      return;
    }
    stored.octets = *std::move(octets);
    work();
  };
  if (static_cast<std::size_t>(stored.message.bytes) > kOnLoopBytesMax) {
    co_await parts.executor.run_blocking("crypto", std::move(all));
  } else {
    all();
  }
  co_return done;
}

/// To whom the message, or the copy, was accepted.
asio::awaitable<Result<std::vector<std::string>>> recipients_of(Call& call, const Stored& stored) {
  Result<std::vector<std::string>> all = co_await call.parts().journal.recipients_of(stored.message.id);
  const std::size_t copy = stored.key.copy;
  if (all && copy != 0 && copy <= all->size()) co_return std::vector<std::string>{(*all)[copy - 1]};
  co_return all;
}

void add_attachment(JsonWriter& json, const mail::MimePart& part, std::size_t number, const std::string& url) {
  json.begin_object().field("size", static_cast<std::int64_t>(part.content().size()));
  json.field("url", fmt::format("{}/attachments/{}", url, number)).field("name", part.filename);
  json.field("content-type", part.type.value).end_object();
}

void add_attachments(JsonWriter& json, const mail::MimeMessage& message, const std::string& url) {
  json.key("attachments").begin_array();
  for (std::size_t i = 0; i < message.attachments.size(); ++i) {
    add_attachment(json, message.parts[message.attachments[i]], i, url);
  }
  json.end_array().key("content-id-map").begin_object();
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < message.attachments.size(); ++i) {
    const mail::MimePart& part = message.parts[message.attachments[i]];
    if (part.content_id.empty() || !seen.insert(part.content_id).second) continue;
    json.key(fmt::format("<{}>", part.content_id));
    add_attachment(json, part, i, url);
  }
  json.end_object();
}

/// Each field once under its own name, and all of them in order.
void add_headers(JsonWriter& json, const mail::HeaderBlock& header) {
  std::set<std::string, std::less<>> written{"from", "sender", "subject", "recipients", "recipient"};
  for (const mail::HeaderField& field : header.fields()) {
    if (field.name.empty() || !written.insert(std::string(field.name)).second) continue;
    json.field(field.name, mail::decode_words(mail::unfold(field.value)));
  }
  json.key("message-headers").begin_array();
  for (const mail::HeaderField& field : header.fields()) {
    if (field.name.empty()) continue;
    json.begin_array().string(field.name).string(mail::decode_words(mail::unfold(field.value))).end_array();
  }
  json.end_array();
}

void add_envelope(JsonWriter& json, const Stored& stored, const std::vector<std::string>& recipients,
                  const mail::HeaderBlock& header) {
  json.field("recipients", fmt::format("{}", fmt::join(recipients, ", ")));
  json.field("recipient", recipients.empty() ? std::string() : recipients.front());
  json.field("sender", stored.message.sender).field("from", header_text(header, "From"));
  json.field("subject", header_text(header, "Subject"));
}

std::string as_source(const Stored& stored, const std::vector<std::string>& recipients) {
  JsonWriter json;
  json.begin_object();
  add_envelope(json, stored, recipients, mail::HeaderBlock::scan(stored.octets));
  json.field("body-mime", stored.octets).end_object();
  return json.take();
}

/// `stripped-*` are the bodies without what they quote and without the signature (mail/quote/strip.h).
std::string as_parts(const Stored& stored, const std::vector<std::string>& recipients) {
  const mail::MimeMessage message = mail::parse_mime(stored.octets);
  const mail::MimePart* plain = message.plain_part();
  const mail::MimePart* html = message.html_part();
  const std::string plain_text = plain == nullptr ? std::string() : plain->text();
  const std::string html_text = html == nullptr ? std::string() : html->text();
  JsonWriter json;
  json.begin_object();
  add_envelope(json, stored, recipients, message.header());
  const mail::quote::StrippedText stripped = mail::quote::strip_text(plain_text, header_text(message.header(), "From"));
  json.field("body-plain", plain_text).field("stripped-text", stripped.text).field("stripped-signature", stripped.signature);
  json.field("body-html", html_text).field("stripped-html", mail::quote::strip_html(html_text));
  add_attachments(json, message, stored.url);
  add_headers(json, message.header());
  json.field("message-url", stored.url).end_object();
  return json.take();
}

/// The raw file; never shown as a page of ours.
Response as_file(const mail::MimePart& part) {
  Response response;
  const bool plain_type = part.type.value.find_first_of("\r\n") == std::string::npos && !part.type.value.empty();
  response.content_type = plain_type ? part.type.value : "application/octet-stream";
  std::string disposition = "attachment";
  if (!part.filename.empty()) mail::append_parameter(disposition, {"filename", part.filename}, false);
  response.headers.push_back({"Content-Disposition", std::move(disposition)});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.body = part.content();
  return response;
}

}  // namespace

asio::awaitable<Response> get_stored_message(Call& call) {
  Result<Stored> stored = co_await find_stored(call);
  if (!stored) co_return error_of(stored.error());
  const Result<std::vector<std::string>> recipients = co_await recipients_of(call, *stored);
  if (!recipients) co_return error_of(recipients.error());
  const bool source = call.request.header("Accept").find("message/rfc2822") != std::string_view::npos;
  std::string body;
  std::move_only_function<void()> render = [&] {
    body = source ? as_source(*stored, *recipients) : as_parts(*stored, *recipients);
  };
  const Result<void> done = co_await with_octets(call, *stored, std::move(render));
  if (!done) co_return error_of(done.error());
  co_return net::http::json(200, std::move(body));
}

asio::awaitable<Response> get_stored_attachment(Call& call) {
  Result<Stored> stored = co_await find_stored(call);
  if (!stored) co_return error_of(stored.error());
  const std::optional<std::int64_t> number = parse_int(call.captured.at(2));
  Response response = net::http::error(404, "Attachment not found");
  std::move_only_function<void()> find = [&] {
    const mail::MimeMessage message = mail::parse_mime(stored->octets);
    if (!number || *number < 0 || static_cast<std::size_t>(*number) >= message.attachments.size()) return;
    response = as_file(message.parts[message.attachments[static_cast<std::size_t>(*number)]]);
  };
  const Result<void> done = co_await with_octets(call, *stored, std::move(find));
  if (!done) co_return error_of(done.error());
  co_return response;
}

/// The same octets to other recipients, as a message of its own.
asio::awaitable<Response> resend_stored_message(Call& call) {
  if (!call.parts().store.writable()) co_return net::http::error(503, "the server cannot take mail now; try again");
  Result<Stored> stored = co_await find_stored(call);
  if (!stored) co_return error_of(stored.error());
  const Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain) co_return error_of(domain.error());
  net::http::Outcome<net::http::Form> form = co_await call.read_form();
  if (!form) co_return net::http::error(form.error());
  add_query(*form, call.request);
  Result<std::vector<mail::Mailbox>> recipients = read_recipients(*form, "to");
  if (!recipients) co_return error_of(recipients.error());
  if (recipients->empty()) co_return net::http::error(400, "to parameter is missing");
  Result<std::optional<admission::IdempotentCall>> idempotent = idempotent_call(call, *form);
  if (!idempotent) co_return error_of(idempotent.error());
  std::move_only_function<void()> nothing = [] {};
  const Result<void> read = co_await with_octets(call, *stored, std::move(nothing));
  if (!read) co_return error_of(read.error());

  admission::RawMail mail;
  mail.domain = *domain;
  mail.origin = {.method = "http", .address = call.request.peer.address, .api_key_id = call.caller.key_id, .authenticated = true};
  mail.return_path = stored->message.sender;
  mail.recipients = *std::move(recipients);
  mail.options.sign_dkim = stored->message.options.sign_dkim;
  mail.options.require_tls = stored->message.options.require_tls;
  mail.options.skip_verification = stored->message.options.skip_verification;
  mail.idempotent = *idempotent;
  mail.is_new_message = true;
  MailCall taken{.domain = (*domain)->id,
                 .idempotent = *std::move(idempotent),
                 .is_heavy = stored->octets.size() > kOnLoopBytesMax || is_heavy(*form, mail.recipients.size()),
                 .make = {}};
  mail.message = std::move(stored->octets);
  taken.make = [&call, &mail](storage::Unit& unit) { return call.parts().admission.submit(unit, std::move(mail)); };
  co_return co_await accept_mail(call, std::move(taken));
}

/// Recipients that still wait get their mail; only looking at it ends.
asio::awaitable<Response> delete_stored_message(Call& call) {
  const Result<Stored> stored = co_await find_stored(call);
  if (!stored) co_return error_of(stored.error());
  storage::Unit unit;
  call.parts().spool.hide(unit, stored->message.id);
  const Result<WallTime> committed = co_await call.parts().store.commit(std::move(unit));
  if (!committed) co_return error_of(committed.error());
  co_return net::http::json(200, R"({"message":"Message has been deleted"})");
}

}  // namespace postroad::ingress::http
