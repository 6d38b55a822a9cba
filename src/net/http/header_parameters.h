#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/message.h"

namespace postroad::net::http {

/// A header value with parameters: Content-Type, Content-Disposition.
struct ParameterizedValue {
  std::string value;                  ///< Lower case: "form-data".
  std::vector<Parameter> parameters;  ///< Names in lower case, each once; extended forms decoded to UTF-8.
  const std::string* find(std::string_view name) const;
};

/// RFC 9110 §5.6.6 with quoted strings, `name*` (RFC 8187) and `name*0`, `name*1*` (RFC 2231 §3, at most 64 parts).
/// `name*` wins over `name`. In quoted strings only \", \\ and %22 are escapes: browsers send paths with single
/// backslashes, and quotes as %22 (WHATWG HTML, multipart/form-data). nullopt when it is malformed.
std::optional<ParameterizedValue> parse_parameterized(std::string_view text);

}  // namespace postroad::net::http
