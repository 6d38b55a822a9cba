// Any reply: what is kept is part of it, and HTML with nothing quoted comes back as it is.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "mail/quote/strip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postroad::mail;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t sender_bytes = size == 0 ? 0 : static_cast<std::size_t>(data[0]) % 16;
  const quote::StrippedText stripped = quote::strip_text(text, text.substr(0, sender_bytes));
  PR_ASSERT(stripped.text.size() + stripped.signature.size() <= size);
  const std::string html = quote::strip_html(text);
  PR_ASSERT(html.size() <= size);
  return 0;
}
