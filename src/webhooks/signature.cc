#include "webhooks/signature.h"

#include "base/text.h"

namespace postroad::webhooks {

std::string sign(std::string_view key, std::string_view timestamp, std::string_view token) {
  return hex_encode(hmac_sha256(key, std::string(timestamp) + std::string(token)));
}

bool verify(std::string_view key, std::string_view timestamp, std::string_view token, std::string_view signature) {
  return constant_time_equals(sign(key, timestamp, token), ascii_lower(signature));
}

}  // namespace postroad::webhooks
