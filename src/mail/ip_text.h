#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::mail {

/// An IP address as octets in network order.
struct IpAddress {
  bool is_v6 = false;
  std::array<std::uint8_t, 16> octets{};  ///< the first 4 when not `is_v6`

  int bits() const { return is_v6 ? 128 : 32; }
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// Dotted decimal, four numbers up to 255; "010" is refused (RFC 6943 §3.1.1).
std::optional<IpAddress> parse_ipv4(std::string_view text);
/// RFC 4291 §2.2, with or without an embedded IPv4 tail; no zone.
std::optional<IpAddress> parse_ipv6(std::string_view text);
/// Either of the two.
std::optional<IpAddress> parse_ip(std::string_view text);
/// RFC 4291 §2.5.5.2: "::ffff:192.0.2.1" becomes 192.0.2.1; anything else comes back unchanged.
IpAddress unmapped(const IpAddress& address);
/// Whether the first `prefix` bits agree; false across families.
bool same_prefix(const IpAddress& a, const IpAddress& b, int prefix);
std::string format_ip(const IpAddress& address);

}  // namespace postroad::mail
