#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "mail/header_writer.h"

namespace postroad::mail {

inline constexpr std::size_t kParametersMax = 100;  ///< ours, in one field

/// A parsed Content-Type or Content-Disposition value.
struct ContentType {
  std::string value;  ///< "text/plain", "attachment"; lower case, comments and spaces gone
  std::vector<Parameter>
      parameters;  ///< names in lower case, sections joined, decoded to UTF-8; in order of appearance

  /// The value of a parameter; null when there is none.
  const std::string* parameter(std::string_view name) const;
  /// Before and after '/'. "text/plain/x" gives "text" and "plain/x".
  std::string_view type() const;
  std::string_view subtype() const;
};

/// Reads RFC 2045 §5.1 and RFC 2183 values with RFC 2231 parameters, and what senders make of them: RFC 2047
/// words in parameters, missing semicolons at folds, unquoted values with spaces, quotes that never close,
/// sections out of order. Never fails. A language tag comes back as parameter `NAME-language`. Folds may
/// still be in the text.
ContentType parse_content_type(std::string_view value);

}  // namespace postroad::mail
