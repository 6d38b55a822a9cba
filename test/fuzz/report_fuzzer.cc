// Any report: a bounce in any mail system's words, RFC 3464 fields, a complaint. Recipients are addresses in
// UTF-8, lists keep their bounds, and nothing is both a bounce and an automatic reply.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/text.h"
#include "mail/bounce.h"
#include "mail/delivery_status.h"
#include "mail/enhanced_code.h"
#include "mail/feedback_report.h"
#include "mail/mime_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postroad;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // As a whole message, and as the text that a mail system's daemon would send.
  const std::string prose =
      "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered mail\r\n\r\n" + std::string(text);
  for (const std::string_view whole : {text, std::string_view(prose)}) {
    const mail::MimeMessage message = mail::parse_mime(whole);
    const mail::BounceReport report = mail::classify_bounce(message);
    PR_ASSERT(!(report.bounce && report.auto_reply));
    for (const mail::BouncedRecipient& recipient : report.recipients) {
      PR_ASSERT(is_valid_utf8(recipient.address) && is_valid_utf8(recipient.diagnostic));
    }
    if (const auto complaint = mail::read_feedback_report(message)) {
      PR_ASSERT(complaint->original_rcpt_to.size() <= mail::kFeedbackListMax);
    }
  }
  (void)mail::parse_delivery_status(text);
  (void)mail::reply_code_in(text);
  if (const auto code = mail::find_enhanced_code(text)) PR_ASSERT(code->status >= 2 && code->status <= 5);
  return 0;
}
