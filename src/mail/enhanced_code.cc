#include "mail/enhanced_code.h"

#include <fmt/format.h>

#include "base/text.h"

namespace postroad::mail {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Reads 1-3 digits at `at`.
std::optional<std::uint16_t> number(std::string_view text, std::size_t& at) {
  std::uint16_t value = 0;
  std::size_t digits = 0;
  while (at < text.size() && is_digit(text[at]) && digits < 4) {
    value = static_cast<std::uint16_t>(value * 10 + (text[at] - '0'));
    ++at, ++digits;
  }
  if (digits == 0 || digits > 3) return std::nullopt;
  return value;
}

/// A code at `at`; moves `at` past it.
std::optional<EnhancedCode> code_at(std::string_view text, std::size_t& at) {
  if (at >= text.size() || (text[at] != '2' && text[at] != '4' && text[at] != '5')) return std::nullopt;
  EnhancedCode code{.status = static_cast<std::uint16_t>(text[at] - '0')};
  ++at;
  for (std::uint16_t* part : {&code.subject, &code.detail}) {
    if (at >= text.size() || text[at] != '.') return std::nullopt;
    ++at;
    const auto value = number(text, at);
    if (!value) return std::nullopt;
    *part = *value;
  }
  return code;
}

bool touches(char c) {
  const char lower = ascii_lower(c);
  return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '_';
}

}  // namespace

std::string EnhancedCode::text() const {
  return fmt::format("{}.{}.{}", status, subject, detail);
}

std::optional<EnhancedCode> parse_enhanced_code(std::string_view text) {
  std::size_t at = 0;
  const auto code = code_at(text, at);
  if (!code || (at < text.size() && text[at] != ' ' && text[at] != '\t')) return std::nullopt;
  return code;
}

std::optional<EnhancedCode> find_enhanced_code(std::string_view text, bool failures_only) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && (touches(text[i - 1]) || text[i - 1] == '.')) continue;
    std::size_t at = i;
    const auto code = code_at(text, at);
    if (!code || (failures_only && code->status == 2)) continue;
    const bool more =
        at < text.size() &&
        (touches(text[at]) || (text[at] == '.' && at + 1 < text.size() && is_digit(text[at + 1])));
    if (!more) return code;
  }
  return std::nullopt;
}

}  // namespace postroad::mail
