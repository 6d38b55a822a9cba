#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace postroad::mail {

/// Classes of octets in RFC 5322 and RFC 2045 text. UTF-8 lead and continuation octets are kText8 (RFC 6532).
enum CharacterClass : std::uint8_t {
  kAtext = 1,      ///< RFC 5322 §3.2.3, ASCII part
  kWsp = 2,        ///< space, tab
  kControl = 4,    ///< C0 but tab, and DEL
  kText8 = 8,      ///< 0x80-0xff
  kFieldName = 16  ///< RFC 5322 §2.2: printable ASCII but ':'
};

namespace detail {
constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> table{};
  for (int c = 0; c < 256; ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const auto i = static_cast<std::size_t>(c);
    if (alnum) table[i] |= kAtext;
    if (c > 32 && c < 127 && c != ':') table[i] |= kFieldName;
    if ((c < 32 && c != '\t') || c == 127) table[i] |= kControl;
    if (c >= 128) table[i] |= kText8;
  }
  for (const char c : std::string_view("!#$%&'*+-/=?^_`{|}~")) table[static_cast<unsigned char>(c)] |= kAtext;
  table[' '] |= kWsp;
  table['\t'] |= kWsp;
  return table;
}
inline constexpr auto kClasses = make_classes();
}  // namespace detail

/// Whether `c` belongs to any of the classes in `mask`.
constexpr bool is_in(char c, unsigned mask) {
  return (detail::kClasses[static_cast<unsigned char>(c)] & mask) != 0;
}

/// Any character that ends a line or steers a terminal: C0 but tab, DEL, C1 (U+0080-U+009F), U+2028, U+2029.
/// Expects valid UTF-8.
bool has_control(std::string_view text);
/// The length of the UTF-8 character at the start of `text`, which is not empty; 1 for a stray octet.
std::size_t utf8_length(std::string_view text);

}  // namespace postroad::mail
