#pragma once
#include <string>
#include <string_view>

namespace postroad::webhooks {

/// What a receiver checks: HMAC-SHA-256 under the signing key over timestamp and token, as lower-case hexadecimal
/// (contract/webhooks.md, signature).
std::string sign(std::string_view key, std::string_view timestamp, std::string_view token);

/// In constant time; upper-case hexadecimal is accepted.
bool verify(std::string_view key, std::string_view timestamp, std::string_view token, std::string_view signature);

}  // namespace postroad::webhooks
