#pragma once
#include <cstddef>
#include <string_view>

namespace postroad {

/// Octets before the first above 0x7f; eight looked at at a time.
std::size_t ascii_prefix(std::string_view text);
/// Octets before the first CR or LF, in one pass that never looks beyond it: text of CRs alone costs linear time.
std::size_t line_prefix(std::string_view text);

inline bool is_ascii(std::string_view text) {
  return ascii_prefix(text) == text.size();
}

}  // namespace postroad
