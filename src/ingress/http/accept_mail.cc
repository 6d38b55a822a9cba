#include "ingress/http/accept_mail.h"

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"

namespace postroad::ingress::http {
namespace {

constexpr std::size_t kOnLoopBytesMax = 256 * 1024;
constexpr std::size_t kOnLoopRecipientsMax = 20;

Response queued(std::string_view message_id) {
  JsonWriter json;
  json.begin_object().field("id", fmt::format("<{}>", message_id)).field("message", "Queued. Thank you.").end_object();
  return net::http::json(200, json.take());
}

/// With its length before it, so that no two lists of texts look the same.
void add_text(std::string& digested, std::string_view text) { digested += fmt::format("{}:{}", text.size(), text); }

/// The answer to a call whose key is known; nullopt: it is new.
asio::awaitable<Result<std::optional<Response>>> known_answer(Call& call, const MailCall& mail) {
  Result<std::optional<std::string>> first =
      co_await call.parts().idempotent_calls.first_answer(mail.domain, *mail.idempotent);
  if (first && *first) co_return std::optional<Response>(queued(**first));
  if (first) co_return std::optional<Response>{};
  if (first.error().code == ErrorCode::kConflict) {
    co_return std::optional<Response>(net::http::error(409, first.error().detail));
  }
  co_return std::unexpected(std::move(first).error());
}

}  // namespace

asio::awaitable<Response> accept_mail(Call& call, MailCall mail) {
  const Api::Parts& parts = call.parts();
  if (mail.idempotent) {
    Result<std::optional<Response>> known = co_await known_answer(call, mail);
    if (!known) co_return error_of(known.error());
    if (*known) co_return **std::move(known);
  }
  storage::Unit unit;
  Result<admission::Accepted> accepted = admission::Accepted{};
  std::function<void()> work = [&] { accepted = mail.make(unit); };
  if (mail.is_heavy) {
    co_await parts.executor.run_blocking("crypto", std::move(work));
  } else {
    work();
  }
  if (!accepted) co_return error_of(accepted.error());
  const Result<WallTime> committed = co_await parts.store.commit(std::move(unit));
  if (committed) co_return queued(accepted->message_id);
  if (mail.idempotent && committed.error().code == ErrorCode::kConflict) {  // Its twin was faster.
    Result<std::optional<Response>> known = co_await known_answer(call, mail);
    if (known && *known) co_return **std::move(known);
  }
  co_return error_of(committed.error());
}

Result<std::optional<admission::IdempotentCall>> idempotent_call(const Call& call, const net::http::Form& form) {
  std::string_view key = call.request.header("Idempotency-Key");
  if (key.empty()) key = call.request.header("X-Mailgun-Idempotency-Key");
  if (key.empty()) return std::nullopt;
  if (key.size() > admission::kIdempotencyKeyBytesMax) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("the idempotency key is longer than {} characters",
                                                                   admission::kIdempotencyKeyBytesMax));
  }
  std::string digested;
  for (const std::string& segment : call.request.segments) add_text(digested, segment);
  for (const net::http::Field& field : form.fields) {
    add_text(digested, field.name);
    add_text(digested, field.file ? field.file->filename : std::string());
    add_text(digested, sha256(field.value));
  }
  return admission::IdempotentCall{std::string(key), hex_encode(sha256(digested))};
}

void add_query(net::http::Form& form, const net::http::Request& request) {
  const std::size_t in_body = form.fields.size();
  for (const net::http::Parameter& parameter : request.query) {
    const auto same = [&](std::size_t i) { return form.fields[i].name == parameter.name; };
    bool known = false;
    for (std::size_t i = 0; i < in_body && !known; ++i) known = same(i);
    if (!known) form.fields.push_back({parameter.name, parameter.value, std::nullopt});
  }
}

bool is_heavy(const net::http::Form& form, std::size_t recipients) {
  std::size_t bytes = 0;
  for (const net::http::Field& field : form.fields) bytes += field.value.size();
  return bytes > kOnLoopBytesMax || recipients > kOnLoopRecipientsMax;
}

}  // namespace postroad::ingress::http
