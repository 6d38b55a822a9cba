#include "delivery/reply_outcome.h"

#include "base/text.h"

namespace postroad::delivery {
namespace {

using Kind = queue::Outcome::Kind;

constexpr int kCannotConnectCode = 499;  // contract/events.md §2.5

std::string reason_of(Kind kind, const mail::smtp::Reply& reply) {
  const std::string text = ascii_lower(reply.text());
  if (kind == Kind::kDeferred) {
    const bool greylisted = text.find("greylist") != std::string::npos || text.find("graylist") != std::string::npos;
    if (greylisted) return "greylisted";
  }
  if (reply.enhanced && reply.enhanced->subject == 7) return "espblock";
  if (kind == Kind::kBounced) return "bounce";
  return "generic";
}

/// Only "there is no such mailbox" is a hard bounce of the address (RFC 3463 §3.2).
bool is_hard(const mail::smtp::Reply& reply) {
  return reply.enhanced && reply.enhanced->subject == 1 && reply.enhanced->detail >= 1 && reply.enhanced->detail <= 3;
}

}  // namespace

queue::Outcome outcome_of_reply(RecipientId recipient, const mail::smtp::Reply& reply) {
  queue::Outcome outcome;
  outcome.recipient = recipient;
  outcome.kind = reply.positive() ? Kind::kDelivered : reply.permanent() ? Kind::kBounced : Kind::kDeferred;
  outcome.reason = reason_of(outcome.kind, reply);
  outcome.status.code = reply.code;
  outcome.status.message = reply.text();
  if (reply.enhanced) outcome.status.enhanced_code = reply.enhanced->text();
  if (outcome.kind == Kind::kBounced && is_hard(reply)) outcome.status.bounce_type = "hard";
  return outcome;
}

queue::Outcome outcome_of_trouble(RecipientId recipient, const Error& error) {
  queue::Outcome outcome;
  outcome.recipient = recipient;
  outcome.kind = Kind::kDeferred;
  outcome.status.code = kCannotConnectCode;
  outcome.status.message = error.detail;
  outcome.status.enhanced_code = error.code == ErrorCode::kTlsFailure ? "4.7.5" : "4.4.1";  // RFC 3463 §3.8
  return outcome;
}

}  // namespace postroad::delivery
