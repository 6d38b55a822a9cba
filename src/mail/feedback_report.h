#pragma once
#include <optional>
#include <string>
#include <vector>

#include "mail/mime_parser.h"

namespace postroad::mail {

inline constexpr std::size_t kFeedbackListMax = 100;  ///< ours: entries of one repeated field

/// A complaint or another report about mail we sent (RFC 5965, RFC 6591). Text is UTF-8; empty where it says
/// nothing.
struct FeedbackReport {
  std::string feedback_type;  ///< lower case: abuse, fraud, virus, auth-failure, opt-out, not-spam, other
  std::string user_agent, version;
  std::string source_ip, reporting_mta, arrival_date;
  std::string original_mail_from, original_envelope_id;
  std::vector<std::string> original_rcpt_to;  ///< bare addresses
  std::vector<std::string> reported_domain, reported_uri, authentication_results;
  std::string auth_failure, delivery_result;  ///< RFC 6591
  std::uint64_t incidents = 1;
  std::string original_message_id;  ///< of the message complained about, without brackets
};

/// Reads the forms feedback loops send: message/feedback-report, the same fields in text, Microsoft's
/// junk-mail reports, Amazon's notifications, Apple's unsubscribe mail. Nullopt when it is none of them.
std::optional<FeedbackReport> read_feedback_report(const MimeMessage& message);

}  // namespace postroad::mail
