#pragma once
#include <string>

#include "base/result.h"
#include "mail/smtp/reply.h"
#include "queue/courier.h"

namespace postroad::delivery {

/// What a peer's last reply to a recipient means: 2yz delivered, 5yz bounced, anything else deferred
/// (RFC 5321 §4.2.1). The reason is a word of contract/events.md §2.4 and §2.5.
queue::Outcome outcome_of_reply(RecipientId recipient, const mail::smtp::Reply& reply);

/// No reply at all: no connection, or one that broke.
queue::Outcome outcome_of_trouble(RecipientId recipient, const Error& error);

}  // namespace postroad::delivery
