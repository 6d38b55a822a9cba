#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace postroad::mail::smtp {

struct SaslPlain {
  std::string authorization_id, user, password;
};

/// RFC 4616: base64 of `authzid NUL authcid NUL passwd`. Permanent error when malformed, or user or password
/// is empty.
Result<SaslPlain> parse_sasl_plain(std::string_view base64);
/// One step of AUTH LOGIN: the base64 text decoded. Permanent error when it is not base64 or holds a NUL.
Result<std::string> parse_sasl_login(std::string_view base64);
/// What a client sends for AUTH PLAIN.
std::string format_sasl_plain(std::string_view user, std::string_view password);

}  // namespace postroad::mail::smtp
