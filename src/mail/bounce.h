#pragma once
#include <optional>
#include <string>
#include <vector>

#include "mail/bounce_reason.h"
#include "mail/enhanced_code.h"
#include "mail/mime_parser.h"

namespace postroad::mail {

/// What a bounce says of one recipient, whatever form it came in.
struct BouncedRecipient {
  std::string address;
  std::string original_address;  ///< as the sender gave it, where the report says so
  std::string action;            ///< failed or delayed; "delivered" and the like in receipts
  std::optional<EnhancedCode> status;
  int status_class = 5;  ///< 4 or 5; 2 in receipts
  std::optional<int> reply_code;
  BounceReason reason = BounceReason::kUnknown;
  std::string diagnostic;  ///< UTF-8

  /// The mail is lost, also where the cause may pass: a queue gave up on a full mailbox.
  bool permanent() const { return action == "failed" || action == "expired"; }
};

struct BounceReport {
  bool bounce = false;      ///< a mail system reports failure or delay
  bool auto_reply = false;  ///< a vacation answer or another machine's reply; never both
  std::vector<BouncedRecipient> recipients;
  std::string
      original_message_id;  ///< of the message that bounced, without brackets; empty when it is not quoted
};

/// Reads a message as a bounce (RFC 3464, or any mail system's prose), an automatic reply (RFC 3834), or
/// neither. Uses the message alone: whether it came to one of our VERP addresses is the caller's knowledge.
BounceReport classify_bounce(const MimeMessage& message);
/// RFC 3834 §2, §5 and what senders do instead; true for bounces too, which also must not be answered.
bool is_automatic(const HeaderBlock& header);
/// RFC 3834 §2: automatic mail, list mail and bulk mail get no automatic answer of ours, neither DSN nor
/// reply. Mail with a null return path never does either; that is the envelope's to know.
bool must_not_be_answered(const HeaderBlock& header);

}  // namespace postroad::mail
