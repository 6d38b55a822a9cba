#include "mail/feedback_report.h"

#include <algorithm>

#include "base/text.h"
#include "mail/bounce_text.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"

namespace postroad::mail {
namespace {

std::string value_of(std::string_view raw) {
  return to_utf8(unfold(raw), {});
}

std::string bare(std::string value) {
  if (value.starts_with('<') && value.find('>') != std::string::npos)
    value = value.substr(1, value.find('>') - 1);
  return value;
}

std::string without_type(const std::string& value) {
  const std::size_t semicolon = value.find(';');
  return std::string(trim(semicolon == std::string::npos ? std::string_view(value)
                                                         : std::string_view(value).substr(semicolon + 1)));
}

void add(std::vector<std::string>& list, std::string value) {
  const bool there = std::find(list.begin(), list.end(), value) != list.end();
  if (!value.empty() && !there && list.size() < kFeedbackListMax) list.push_back(std::move(value));
}

void take_field(const HeaderField& field, FeedbackReport& to) {
  const std::string name = ascii_lower(field.name);
  std::string value = value_of(field.value);
  if (name == "feedback-type") to.feedback_type = ascii_lower(value);
  if (name == "user-agent") to.user_agent = value;
  if (name == "version") to.version = value;
  if (name == "source-ip") to.source_ip = value.substr(0, value.find_first_of(" ("));
  if (name == "reporting-mta") to.reporting_mta = without_type(value);
  if (name == "arrival-date" || name == "received-date") to.arrival_date = value;
  if (name == "original-mail-from") to.original_mail_from = bare(value);
  if (name == "original-envelope-id") to.original_envelope_id = value;
  if (name == "original-rcpt-to" || name == "removal-recipient") add(to.original_rcpt_to, bare(value));
  if (name == "reported-domain") add(to.reported_domain, value);
  if (name == "reported-uri") add(to.reported_uri, value);
  if (name == "authentication-results") add(to.authentication_results, value);
  if (name == "auth-failure") to.auth_failure = ascii_lower(value);
  if (name == "delivery-result") to.delivery_result = ascii_lower(value);
  if (name == "incidents")
    to.incidents = static_cast<std::uint64_t>(std::max<std::int64_t>(1, parse_int(value).value_or(1)));
}

/// RFC 5965 fields; blank lines before and between them do not end them.
void take_fields(std::string_view text, FeedbackReport& to) {
  while (!text.empty()) {
    const HeaderBlock block = HeaderBlock::scan(text);
    for (const HeaderField& field : block.fields()) take_field(field, to);
    if (block.body().size() == text.size()) return;
    text = block.body();
  }
}

bool is_original(const MimePart& part) {
  const std::string& type = part.type.value;
  return type == "message/rfc822" || type == "text/rfc822-headers" || type == "message/rfc822-headers" ||
         type == "text/rfc822-header" || type == "message/global";
}

/// What the returned message tells: its id, and for Microsoft's reports the recipient they otherwise hide.
void take_original(const std::string& original, FeedbackReport& to) {
  const HeaderBlock header = HeaderBlock::scan(original);
  if (const auto* id = header.find("Message-Id")) to.original_message_id = bare(value_of(id->value));
  if (const auto* recipient = header.find("X-HmXmrOriginalRecipient")) {
    add(to.original_rcpt_to, bare(value_of(recipient->value)));
    if (to.feedback_type.empty()) to.feedback_type = "abuse";
  }
}

bool from_microsoft(const HeaderBlock& header) {
  const auto* subject = header.find("Subject");
  return subject != nullptr &&
         ascii_istarts_with(decode_words(trim(subject->value)), "complaint about message from");
}

void take_amazon(std::string_view text, FeedbackReport& to) {
  if (text.find("\"notificationType\":\"Complaint\"") == std::string_view::npos) return;
  to.feedback_type = "abuse";
  constexpr std::string_view kKey = "\"emailAddress\":\"";
  for (std::size_t at = text.find(kKey); at != std::string_view::npos; at = text.find(kKey, at + 1)) {
    const std::size_t start = at + kKey.size();
    const std::size_t end = text.find('"', start);
    if (end == std::string_view::npos) break;
    add(to.original_rcpt_to, repaired_utf8(text.substr(start, end - start)));
  }
}

}  // namespace

std::optional<FeedbackReport> read_feedback_report(const MimeMessage& message) {
  FeedbackReport report;
  const HeaderBlock& header = message.header();
  for (const MimePart& part : message.parts) {
    if (part.type.value == "message/feedback-report") take_fields(part.content(), report);
  }
  const bool notified = header.find("x-amz-sns-message-id") != nullptr;
  for (const MimePart& part : message.parts) {
    if (part.is_multipart()) continue;
    if (is_original(part)) take_original(part.content(), report);
    if (!report.feedback_type.empty() || part.type.type() != "text") continue;
    const std::string text = part.content();
    if (notified) take_amazon(text, report);
    const std::size_t at =
        ascii_lower(std::string_view(text).substr(0, kBounceTextBytesMax)).find("\nfeedback-type:");
    if (at != std::string::npos) take_fields(std::string_view(text).substr(at + 1), report);
  }
  const auto* apple = header.find("X-Apple-Unsubscribe");
  if (apple != nullptr && ascii_iequals(trim(apple->value), "true")) report.feedback_type = "opt-out";
  if (report.feedback_type.empty() && from_microsoft(header)) report.feedback_type = "abuse";
  const std::string* type = message.parts[0].type.parameter("report-type");
  if (report.feedback_type.empty() && type != nullptr && ascii_iequals(*type, "feedback-report"))
    report.feedback_type = "abuse";
  if (report.feedback_type.empty()) return std::nullopt;
  return report;
}

}  // namespace postroad::mail
