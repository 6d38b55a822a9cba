// Any message: the parts must lie inside it, the limits must hold, and everything read from it must be UTF-8.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "base/text.h"
#include "mail/bounce.h"
#include "mail/feedback_report.h"
#include "mail/mime_parser.h"
#include "mail/transport_encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postroad;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const mail::MimeMessage message = mail::parse_mime(text);
  PR_ASSERT(!message.parts.empty() && message.parts.size() <= mail::kMimePartsMax);
  for (const mail::MimePart& part : message.parts) {
    PR_ASSERT(part.body.empty() ||
              (part.body.data() >= text.data() && part.body.data() + part.body.size() <= text.data() + size));
    PR_ASSERT(is_valid_utf8(part.filename) && part.filename.size() <= 255 && is_valid_utf8(part.text()));
  }
  const mail::BounceReport report = mail::classify_bounce(message);
  PR_ASSERT(!(report.bounce && report.auto_reply));
  for (const mail::BouncedRecipient& recipient : report.recipients)
    PR_ASSERT(is_valid_utf8(recipient.address));
  (void)mail::read_feedback_report(message);
  if (const auto encoded = mail::encoded_for_transport(text, {.eight_bit = false})) {
    PR_ASSERT(mail::parse_mime(*encoded).parts.size() <= mail::kMimePartsMax);
  }
  return 0;
}
