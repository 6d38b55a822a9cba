#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "net/http/message.h"

namespace postroad::net::http {

/// 0-15, or -1.
int hex_digit(char c);

/// nullopt on an escape that is none. `plus_is_space` for query strings and forms.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
/// For a path segment or query value: all but RFC 3986 §2.3's unreserved characters.
std::string percent_encode(std::string_view text);

/// `k`, `k[]` and `k[0]` are one name (contract/errors.md §3).
void strip_array_suffix(std::string& name);

/// Fills path, segments and query from `request.target` (origin form, absolute form or "*").
Outcome<void> parse_target(Request& request);

}  // namespace postroad::net::http
