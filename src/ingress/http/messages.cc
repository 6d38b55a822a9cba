// POST /v3/{domain}/messages (contract/sending.md §1).
#include <fmt/format.h>

#include "base/json_writer.h"
#include "ingress/http/routes.h"
#include "ingress/http/send_form.h"

namespace postroad::ingress::http {
namespace {

/// Building a larger message would hold up the loop.
constexpr std::size_t kComposeOnLoopBytesMax = 256 * 1024;

std::size_t size_of(const net::http::Form& form) {
  std::size_t bytes = 0;
  for (const net::http::Field& field : form.fields) bytes += field.value.size();
  return bytes;
}

Response queued(const admission::Accepted& accepted) {
  JsonWriter json;
  json.begin_object().field("id", fmt::format("<{}>", accepted.message_id)).field("message", "Queued. Thank you.").end_object();
  return net::http::json(200, json.take());
}

}  // namespace

asio::awaitable<Response> post_message(Call& call) {
  const Api::Parts& parts = call.parts();
  if (!parts.store.writable()) co_return net::http::error(503, "the server cannot take mail now; try again");
  const Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain) co_return error_of(domain.error());
  const net::http::Outcome<net::http::Form> form = co_await call.read_form();
  if (!form) co_return net::http::error(form.error());
  Result<admission::ComposedMail> mail = read_send_form(*form, parts.clock);
  if (!mail) co_return error_of(mail.error());
  mail->domain = *domain;
  mail->origin = {.method = "http", .address = call.request.peer.address, .api_key_id = call.caller.key_id, .authenticated = true};

  storage::Unit unit;
  Result<admission::Accepted> accepted = admission::Accepted{};
  std::function<void()> compose = [&] { accepted = parts.admission.compose(unit, *std::move(mail)); };
  if (size_of(*form) <= kComposeOnLoopBytesMax) {
    compose();
  } else {
    co_await parts.executor.run_blocking("crypto", std::move(compose));
  }
  if (!accepted) co_return error_of(accepted.error());
  const Result<WallTime> committed = co_await parts.store.commit(std::move(unit));
  if (!committed) co_return error_of(committed.error());
  co_return queued(*accepted);
}

}  // namespace postroad::ingress::http
