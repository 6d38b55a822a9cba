#pragma once
#include <cstdint>
#include <string_view>

namespace postroad::templates {

enum class TokenKind : std::uint8_t {
  kContent,
  kComment,
  kOpen,              ///< {{ or {{& or {{*
  kOpenUnescaped,     ///< {{{
  kOpenBlock,         ///< {{# or {{#*
  kOpenInverse,       ///< {{^name
  kOpenInverseChain,  ///< {{else name
  kInverse,           ///< {{else}} or {{^}}
  kOpenEndBlock,      ///< {{/
  kOpenPartial,
  kOpenPartialBlock,
  kOpenRawBlock,   ///< {{{{
  kCloseRawBlock,  ///< }}}}
  kEndRawBlock,    ///< {{{{/name}}}}; the text is the name
  kClose,
  kCloseUnescaped,
  kOpenExpression,   ///< (
  kCloseExpression,  ///< )
  kEquals,
  kId,  ///< As written; `[…]` still in its brackets
  kSeparator,
  kString,  ///< Without its quotes, escapes as written
  kData,    ///< @
  kTrue,
  kFalse,
  kUndefined,
  kNull,
  kNumber,
  kOpenParams,   ///< as |
  kCloseParams,  ///< |
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;   ///< Into the template.
  std::size_t offset = 0;  ///< Where the token begins.
};

}  // namespace postroad::templates
