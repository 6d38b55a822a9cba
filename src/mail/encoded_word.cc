#include "mail/encoded_word.h"

#include <algorithm>

#include "base/text.h"
#include "mail/characters.h"

namespace postroad::mail {
namespace {

constexpr std::string_view kHexUpper = "0123456789ABCDEF";
constexpr std::string_view kPrefixQ = "=?utf-8?Q?";
constexpr std::string_view kPrefixB = "=?utf-8?B?";
constexpr std::string_view kSuffix = "?=";
constexpr std::size_t kContentBytesMax = kEncodedWordBytesMax - kPrefixQ.size() - kSuffix.size();

bool plain_in_q(char c, WordUse use) {
  const char lower = ascii_lower(c);
  if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9')) return true;
  if (use == WordUse::kPhrase) return c == '!' || c == '*' || c == '+' || c == '-' || c == '/';
  return c > 32 && c < 127 && c != '=' && c != '?' && c != '_' && c != '"' && c != '(' && c != ')' &&
         c != '\\';
}

std::size_t q_size(std::string_view text, WordUse use) {
  std::size_t size = 0;
  for (const char c : text) size += plain_in_q(c, use) || c == ' ' ? 1 : 3;
  return size;
}

void append_q(std::string& out, std::string_view text, WordUse use) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ') {
      out += '_';
    } else if (plain_in_q(c, use)) {
      out += c;
    } else {
      out += {'=', kHexUpper[byte >> 4], kHexUpper[byte & 15]};
    }
  }
}

}  // namespace

bool needs_encoded_words(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_in(text[i], kText8 | kControl)) return true;
    if (text[i] == '=' && i + 1 < text.size() && text[i + 1] == '?') return true;
  }
  return false;
}

std::string encode_words(std::string_view text, WordUse use) {
  const bool q = q_size(text, use) <= text.size() * 2;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    std::size_t cost = 0;
    while (at < text.size()) {
      const std::size_t length = utf8_length(text.substr(at));
      const std::size_t more = q ? q_size(text.substr(at, length), use) : length;
      if (cost + more > (q ? kContentBytesMax : kContentBytesMax / 4 * 3)) break;
      cost += more;
      at += length;
    }
    const std::string_view piece = text.substr(start, at - start);
    if (!out.empty()) out += ' ';
    out += q ? kPrefixQ : kPrefixB;
    if (q) {
      append_q(out, piece, use);
    } else {
      out += base64_encode(piece);
    }
    out += kSuffix;
  }
  return out;
}

// Completed with the charset reader: until then names pass through unread.
std::string decode_words(std::string_view text) {
  return std::string(text);
}
std::string decode_phrase(std::string_view phrase) {
  return decode_words(phrase);
}

}  // namespace postroad::mail
