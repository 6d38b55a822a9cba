#pragma once
#include <string>
#include <string_view>

namespace postroad::mail {

/// The organisational domain (RFC 7489 §3.2): one label below the public suffix, by the list libpsl was built
/// with. `domain` is A-labels in lower case; a public suffix, and what has none, comes back as it is.
std::string organizational_domain(std::string_view domain);

}  // namespace postroad::mail
