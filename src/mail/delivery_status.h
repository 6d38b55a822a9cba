#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/enhanced_code.h"

namespace postroad::mail {

inline constexpr std::size_t kStatusRecipientsMax = 1000;  ///< ours; the rest is not read
inline constexpr std::size_t kDiagnosticBytesMax = 4096;   ///< ours; longer ones are cut

/// What one delivery status says of one recipient (RFC 3464 §2.3). Text is UTF-8; empty where the report has
/// nothing.
struct RecipientStatus {
  std::string address;           ///< Final-Recipient, without its type
  std::string original_address;  ///< Original-Recipient
  std::string action;            ///< lower case: failed, delayed, delivered, relayed, expanded
  std::optional<EnhancedCode> status;
  std::string diagnostic;  ///< without its type
  std::string remote_mta;
};

struct DeliveryStatus {
  std::string reporting_mta, original_envelope_id, arrival_date;
  std::vector<RecipientStatus> recipients;
};

/// Reads message/delivery-status, and the same fields where they stand in plain text. Blocks are told apart
/// by empty lines or by a second Final-Recipient; unknown fields and other text are passed over. Never fails.
DeliveryStatus parse_delivery_status(std::string_view text);
/// The reply code (400-599) a diagnostic begins with or quotes first; nullopt when there is none.
std::optional<int> reply_code_in(std::string_view diagnostic);

}  // namespace postroad::mail
