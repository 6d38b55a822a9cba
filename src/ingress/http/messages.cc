// POST /v3/{domain}/messages and /messages.mime (contract/sending.md §1 and §2).
#include "ingress/http/accept_mail.h"
#include "ingress/http/routes.h"
#include "ingress/http/send_form.h"
#include "mail/header_block.h"

namespace postroad::ingress::http {
namespace {

/// What every call that sends needs before its own form is looked at.
struct Opened {
  account::DomainPtr domain;
  net::http::Form form;
  std::optional<admission::IdempotentCall> idempotent;
};

std::unexpected<Response> answer(Response response) { return std::unexpected(std::move(response)); }

asio::awaitable<std::expected<Opened, Response>> open(Call& call) {
  if (!call.parts().store.writable()) {
    co_return answer(net::http::error(503, "the server cannot take mail now; try again"));
  }
  Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain) co_return answer(error_of(domain.error()));
  net::http::Outcome<net::http::Form> form = co_await call.read_form();
  if (!form) co_return answer(net::http::error(form.error()));
  add_query(*form, call.request);
  Result<std::optional<admission::IdempotentCall>> idempotent = idempotent_call(call, *form);
  if (!idempotent) co_return answer(error_of(idempotent.error()));
  co_return Opened{*std::move(domain), *std::move(form), *std::move(idempotent)};
}

admission::Origin origin_of(const Call& call) {
  return {.method = "http", .address = call.request.peer.address, .api_key_id = call.caller.key_id, .authenticated = true};
}

}  // namespace

asio::awaitable<Response> post_message(Call& call) {
  std::expected<Opened, Response> opened = co_await open(call);
  if (!opened) co_return std::move(opened).error();
  Result<admission::ComposedMail> mail = read_send_form(opened->form, call.parts().clock);
  if (!mail) co_return error_of(mail.error());
  mail->domain = opened->domain;
  mail->origin = origin_of(call);
  mail->idempotent = opened->idempotent;
  MailCall taken{.domain = opened->domain->id,
                 .idempotent = std::move(opened->idempotent),
                 .is_heavy = is_heavy(opened->form, mail->to.size() + mail->cc.size() + mail->bcc.size()),
                 .make = {}};
  taken.make = [&call, &mail](storage::Unit& unit) { return call.parts().admission.compose(unit, *std::move(mail)); };
  co_return co_await accept_mail(call, std::move(taken));
}

asio::awaitable<Response> post_mime_message(Call& call) {
  std::expected<Opened, Response> opened = co_await open(call);
  if (!opened) co_return std::move(opened).error();
  Result<admission::RawMail> mail = read_mime_form(opened->form, call.parts().clock);
  if (!mail) co_return error_of(mail.error());
  mail->domain = opened->domain;
  mail->origin = origin_of(call);
  mail->idempotent = opened->idempotent;
  MailCall taken{.domain = opened->domain->id,
                 .idempotent = std::move(opened->idempotent),
                 .is_heavy = is_heavy(opened->form, mail->recipients.size()),
                 .make = {}};
  taken.make = [&call, &mail](storage::Unit& unit) {
    mail->message = mail::normalise_line_ends(mail->message);
    return call.parts().admission.submit(unit, *std::move(mail));
  };
  co_return co_await accept_mail(call, std::move(taken));
}

}  // namespace postroad::ingress::http
