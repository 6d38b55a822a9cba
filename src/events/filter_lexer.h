#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace postroad::events {

inline constexpr std::size_t kFilterBytesMax = 2000;  ///< Of one expression.
inline constexpr std::size_t kFilterTokensMax = 400;

struct FilterToken {
  enum class Kind : std::uint8_t { kTerm, kAnd, kOr, kNot, kOpen, kClose };
  Kind kind = Kind::kTerm;
  std::string text;     ///< Of a term, without its quotes.
  bool quoted = false;  ///< A quoted "OR" is a term.
};

/// Cuts a filter expression into tokens (contract/events.md §1.2). Operators are words in capitals; parentheses end a word
/// wherever they stand outside quotes; within quotes a backslash takes the next character as it is. kInvalidArgument: a quote
/// that is not closed, nothing in quotes, or beyond the limits.
Result<std::vector<FilterToken>> lex_filter(std::string_view text);

}  // namespace postroad::events
