#include "delivery/verp.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace postroad::delivery {
namespace {
constexpr std::size_t kIdDigits = 16;
}

std::string Verp::token(std::string_view prefix, RecipientId recipient, std::string_view domain) const {
  std::string id = fmt::format("{:016x}", static_cast<std::uint64_t>(recipient.value));
  const std::string mac = hmac_sha256(key_, fmt::format("{}{}@{}", prefix, id, domain)).substr(0, kMacBytes);
  return id + hex_encode(mac);
}

std::string Verp::return_path(RecipientId recipient, std::string_view domain) const {
  return fmt::format("{}{}@{}", kPrefix, token(kPrefix, recipient, domain), domain);
}

std::string Verp::unsubscribe_address(RecipientId recipient, std::string_view domain) const {
  return fmt::format("{}{}@{}", kUnsubscribePrefix, token(kUnsubscribePrefix, recipient, domain), domain);
}

std::optional<RecipientId> Verp::recipient_of(std::string_view local_part, std::string_view domain) const {
  if (!ascii_istarts_with(local_part, kPrefix)) return std::nullopt;
  const std::string given = ascii_lower(local_part.substr(kPrefix.size()));
  if (given.size() != kIdDigits + 2 * kMacBytes) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + kIdDigits, value, 16);
  if (error != std::errc{} || end != given.data() + kIdDigits) return std::nullopt;
  const RecipientId recipient{static_cast<std::int64_t>(value)};
  if (!constant_time_equals(given, token(kPrefix, recipient, ascii_lower(domain)))) return std::nullopt;
  return recipient;
}

}  // namespace postroad::delivery
