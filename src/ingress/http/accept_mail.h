#pragma once
#include <functional>
#include <optional>

#include "admission/idempotent_calls.h"
#include "ingress/http/call.h"

namespace postroad::ingress::http {

/// Puts a message into a unit; run once, on any thread.
using MailMaker = std::move_only_function<Result<admission::Accepted>(storage::Unit&)>;

/// How a call that brings mail is taken.
struct MailCall {
  DomainId domain;
  std::optional<admission::IdempotentCall> idempotent;
  bool is_heavy = false;  ///< Too much work for an event loop.
  MailMaker make;
};

/// Runs `make`, commits, and answers with the message's id; a repeated idempotent call gets the answer of the first, and
/// 409 when something else is asked with its key.
asio::awaitable<Response> accept_mail(Call& call, MailCall mail);

/// Idempotency-Key or X-Mailgun-Idempotency-Key, with a digest of what is asked; nullopt when there is none.
/// kInvalidArgument when it is too long.
Result<std::optional<admission::IdempotentCall>> idempotent_call(const Call& call, const net::http::Form& form);

/// Parameters of the query that the body does not have (contract/errors.md §3).
void add_query(net::http::Form& form, const net::http::Request& request);
/// Whether building a message of this form would hold up a loop.
bool is_heavy(const net::http::Form& form, std::size_t recipients);

}  // namespace postroad::ingress::http
