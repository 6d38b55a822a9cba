#include "events/words.h"

#include <clocale>
#include <cwctype>

#include "base/text.h"

namespace postroad::events {
namespace {

constexpr char32_t kNotUtf8 = 0xFFFFFFFF;
constexpr char32_t kCodePointMax = 0x10FFFF;

/// Unicode's tables, whatever locale the process has; null where the system has none, and then only ASCII has cases.
locale_t unicode() {
  static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

/// The code point at `at`, which is moved behind it; a byte that begins none is skipped as kNotUtf8.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at++);
  const int more = first >= 0xF0 && first < 0xF8 ? 3 : first >= 0xE0 && first < 0xF0 ? 2 : first >= 0xC2 && first < 0xE0 ? 1 : 0;
  if (more == 0 || text.size() - at < static_cast<std::size_t>(more)) return kNotUtf8;
  char32_t point = first & (0x3Fu >> more);
  for (int i = 0; i < more; ++i) {
    const unsigned char next = byte(at + static_cast<std::size_t>(i));
    if ((next & 0xC0) != 0x80) return kNotUtf8;
    point = point << 6 | (next & 0x3Fu);
  }
  if (point > kCodePointMax) return kNotUtf8;
  at += static_cast<std::size_t>(more);
  return point;
}

void append_utf8(std::string& out, char32_t point) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
  }
  put(0x80 | (point & 0x3F));
}

char32_t lower(char32_t point) {
  return unicode() == nullptr ? point : static_cast<char32_t>(::towlower_l(static_cast<wint_t>(point), unicode()));
}

bool is_word(char32_t point) {
  return unicode() == nullptr || ::iswalnum_l(static_cast<wint_t>(point), unicode()) != 0;
}

bool is_ascii_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }

/// Calls `take` with each character, folded, and whether it belongs to a word.
template <class Take>
void each_character(std::string_view text, Take take) {
  std::string wide;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      const char c = ascii_lower(text[at++]);
      take(std::string_view(&c, 1), is_ascii_word(c));
      continue;
    }
    const char32_t point = next_code_point(text, at);
    if (point == kNotUtf8) {
      take(text.substr(from, at - from), true);
      continue;
    }
    wide.clear();
    append_utf8(wide, lower(point));
    take(std::string_view(wide), is_word(point));
  }
}

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  each_character(text, [&out](std::string_view character, bool) { out += character; });
  return out;
}

std::string words_of(std::string_view text) {
  std::string out = " ";
  out.reserve(text.size() + 2);
  each_character(text, [&out](std::string_view character, bool in_word) {
    if (in_word) {
      out += character;
    } else if (out.back() != ' ') {
      out += ' ';
    }
  });
  if (out.back() != ' ') out += ' ';
  return out;
}

}  // namespace postroad::events
