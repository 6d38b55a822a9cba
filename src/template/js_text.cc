#include "template/js_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace postroad::templates {
namespace {

constexpr int kPlainExponentMax = 21;  // ECMA-262: beyond it 1e+21
constexpr int kPlainExponentMin = -7;  // and below it 1e-7

/// UTF-8 of the spaces beyond ASCII that `\s` means.
constexpr std::array<std::string_view, 19> kWideSpaces{
    "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82",
    "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87",
    "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9",
    "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xef\xbb\xbf"};

std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}

constexpr std::array<std::string_view, 256> references() {
  std::array<std::string_view, 256> table{};
  table['&'] = "&amp;";
  table['<'] = "&lt;";
  table['>'] = "&gt;";
  table['"'] = "&quot;";
  table['\''] = "&#x27;";
  table['`'] = "&#x60;";
  table['='] = "&#x3D;";
  return table;
}
constexpr auto kReferences = references();
constexpr std::array<bool, 256> kEscaped = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = !kReferences[i].empty();
  return table;
}();

constexpr std::size_t kBlock = 16;
/// Whether one of kBlock octets may need escaping, compared all at once; # $ % do not and are let in.
bool may_need_escape(const char* octets) {
  using Octets [[gnu::vector_size(kBlock)]] = unsigned char;
  using Halves [[gnu::vector_size(kBlock)]] = std::uint64_t;
  Octets c;
  std::memcpy(&c, octets, kBlock);
  const auto found = (c - '"' <= '\'' - '"') | (c - '<' <= '>' - '<') | (c == '`');
  Halves halves;
  std::memcpy(&halves, &found, kBlock);
  return (halves[0] | halves[1]) != 0;
}

}  // namespace

std::size_t space_length(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  const auto c = static_cast<unsigned char>(text[at]);
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  if (c < 0x80) return 0;
  for (const std::string_view wide : kWideSpaces) {
    if (text.substr(at, wide.size()) == wide) return wide.size();
  }
  return 0;
}

std::string_view without_leading_space(std::string_view text) {
  std::size_t at = 0;
  while (const std::size_t length = space_length(text, at)) at += length;
  return text.substr(at);
}

std::string_view without_trailing_space(std::string_view text) {
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && text.size() - start < 3 && (static_cast<unsigned char>(text[start]) & 0xc0) == 0x80)
      --start;
    if (space_length(text, start) != text.size() - start) return text;
    text = text.substr(0, start);
  }
  return text;
}

void append_number(std::string& out, double number) {
  if (std::isnan(number)) return void(out += "NaN");
  if (std::isinf(number)) return void(out += number < 0 ? "-Infinity" : "Infinity");
  if (number == 0) return void(out += '0');
  char buffer[32];
  if (number == std::trunc(number) && std::abs(number) < 1e15) {
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, static_cast<long long>(number)).ptr;
    return void(out.append(buffer, end));
  }
  if (number < 0) out += '-';
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, std::abs(number), std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t mark = text.find('e');
  std::string digits(1, text[0]);
  if (mark > 2) digits += text.substr(2, mark - 2);
  int exponent = 0;
  std::from_chars(text.data() + mark + (text[mark + 1] == '+' ? 2 : 1), text.data() + text.size(), exponent);
  const int count = static_cast<int>(digits.size());
  if (exponent >= 0 && exponent < kPlainExponentMax) {
    if (count > exponent + 1)
      return void(out.append(digits, 0, exponent + 1).append(1, '.').append(digits, exponent + 1));
    return void(out.append(digits).append(static_cast<std::size_t>(exponent + 1 - count), '0'));
  }
  if (exponent < 0 && exponent >= kPlainExponentMin + 1) {
    return void(out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(digits));
  }
  out += digits[0];
  if (count > 1) out.append(1, '.').append(digits, 1);
  out.append(exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(exponent)));
}

double to_number(std::string_view text) {
  text = without_trailing_space(without_leading_space(text));
  if (text.empty()) return 0;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    return std::numeric_limits<double>::quiet_NaN();
  return number;
}

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(static_cast<unsigned char>(text[at]));
    units += length == 4 ? 2 : 1;
    at += length;
  }
  return units;
}

std::string_view utf16_at(std::string_view text, std::size_t index) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(static_cast<unsigned char>(text[at]));
    const std::size_t units = length == 4 ? 2 : 1;
    if (index < units) return units == 2 ? "\xef\xbf\xbd" : text.substr(at, length);
    index -= units;
    at += length;
  }
  return {};
}

void append_escaped(std::string& out, std::string_view text) {
  std::size_t kept = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (at + kBlock <= text.size() && !may_need_escape(text.data() + at)) {
      at += kBlock;
      continue;
    }
    // The last block again, with octets that are known to be plain, rather than one by one.
    if (at + kBlock > text.size() && text.size() >= kBlock &&
        !may_need_escape(text.data() + text.size() - kBlock))
      break;
    for (const std::size_t end = std::min(at + kBlock, text.size()); at < end; ++at) {
      const auto c = static_cast<unsigned char>(text[at]);
      if (!kEscaped[c]) continue;
      out.append(text.data() + kept, at - kept).append(kReferences[c]);
      kept = at + 1;
    }
  }
  out.append(text.data() + kept, text.size() - kept);
}

}  // namespace postroad::templates
