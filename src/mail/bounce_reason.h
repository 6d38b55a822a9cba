#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "mail/enhanced_code.h"

namespace postroad::mail {

/// Why a message was not taken, in the words of a customer.
enum class BounceReason : std::uint8_t {
  kUnknown,
  kInvalidRecipient,  ///< no such mailbox: the only one that suppresses an address for good
  kInvalidDomain,
  kMailboxFull,
  kMailboxInactive,  ///< disabled, suspended, expired
  kSpamBlock,        ///< the content was judged spam or malware
  kReputationBlock,  ///< the sending address or host is blocked
  kPolicyBlock,      ///< a rule of the receiver's
  kAuthBlock,        ///< SPF, DKIM, DMARC, reverse DNS
  kTimeout,          ///< unreachable, expired in a queue
  kThrottled,        ///< too much, too fast
  kServerError,
  kTooBig,
};

/// "invalid-recipient", ...; empty for kUnknown.
std::string_view name_of(BounceReason reason);
/// Judges a remote server's words first, then its codes. Deterministic; linear in the text.
BounceReason bounce_reason(std::string_view diagnostic, std::optional<EnhancedCode> status,
                           std::optional<int> reply_code);

}  // namespace postroad::mail
