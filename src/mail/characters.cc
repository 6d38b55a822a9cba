#include "mail/characters.h"

#include <algorithm>

namespace postroad::mail {

bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (is_in(text[i], kControl)) return true;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
    if (c == 0xe2 && (text.substr(i, 3) == "\u2028" || text.substr(i, 3) == "\u2029")) return true;
  }
  return false;
}

std::size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return std::min(length, text.size());
}

}  // namespace postroad::mail
