#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::mail {

/// RFC 3463 status: "5.1.1".
struct EnhancedCode {
  std::uint16_t status = 0;   ///< 2, 4 or 5
  std::uint16_t subject = 0;  ///< 0-999
  std::uint16_t detail = 0;   ///< 0-999

  std::string text() const;
  friend bool operator==(const EnhancedCode&, const EnhancedCode&) = default;
};

/// The code at the very start of `text`, ended by a space or the end: "5.1.1 No such user", "5.1.1".
std::optional<EnhancedCode> parse_enhanced_code(std::string_view text);
/// The first code anywhere in `text` that no letter, digit or dot touches: for prose, such as bounces quote
/// it.
/// With `failures_only`, the first that begins with 4 or 5.
std::optional<EnhancedCode> find_enhanced_code(std::string_view text, bool failures_only = false);

}  // namespace postroad::mail
