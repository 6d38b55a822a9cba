// Any field value: what the lenient readers make of it is UTF-8 without control characters that could start a
// line of ours, and what we write of it decodes to the same again.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "base/text.h"
#include "mail/charset.h"
#include "mail/content_type.h"
#include "mail/date.h"
#include "mail/encoded_word.h"
#include "mail/tag_list.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postroad;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string decoded = mail::decode_words(text);
  PR_ASSERT(is_valid_utf8(decoded));
  PR_ASSERT(is_valid_utf8(mail::decode_phrase(text)) && is_valid_utf8(mail::decode_parameter_words(text)));
  const std::string encoded = mail::encode_words(decoded, mail::WordUse::kUnstructured);
  PR_ASSERT(mail::decode_words(encoded) == decoded || decoded.find_first_of("\r\n") != std::string::npos);
  (void)mail::parse_content_type(text);
  (void)mail::parse_date(text);
  (void)mail::parse_tag_list(text);
  const std::size_t name = std::min(text.find(' '), size);
  PR_ASSERT(is_valid_utf8(mail::to_utf8(text.substr(std::min(name + 1, size)), text.substr(0, name))));
  return 0;
}
