#include "mail/ip_text.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "base/text.h"

namespace postroad::mail {
namespace {

std::optional<unsigned> number(std::string_view text, int base, std::size_t digits_max) {
  if (text.empty() || text.size() > digits_max) return std::nullopt;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The 16-bit groups of one side of "::"; an IPv4 tail counts as two. Nullopt when malformed or more than 8.
std::optional<std::vector<std::uint16_t>> groups_of(std::string_view side, bool v4_tail_allowed) {
  std::vector<std::uint16_t> groups;
  if (side.empty()) return groups;
  const auto parts = split(side, ':');
  if (parts.size() > 8) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (const auto group = number(parts[i], 16, 4)) {
      groups.push_back(static_cast<std::uint16_t>(*group));
      continue;
    }
    const auto tail = parse_ipv4(parts[i]);
    if (!tail || !v4_tail_allowed || i + 1 != parts.size()) return std::nullopt;
    groups.push_back(static_cast<std::uint16_t>(tail->octets[0] << 8 | tail->octets[1]));
    groups.push_back(static_cast<std::uint16_t>(tail->octets[2] << 8 | tail->octets[3]));
  }
  if (groups.size() > 8) return std::nullopt;
  return groups;
}

}  // namespace

std::optional<IpAddress> parse_ipv4(std::string_view text) {
  if (text.size() > 15) return std::nullopt;
  const auto parts = split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  IpAddress address;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto octet = number(parts[i], 10, 3);
    if (!octet || *octet > 255 || (parts[i].size() > 1 && parts[i][0] == '0')) return std::nullopt;
    address.octets[i] = static_cast<std::uint8_t>(*octet);
  }
  return address;
}

std::optional<IpAddress> parse_ipv6(std::string_view text) {
  if (text.size() > 45 || text.find(':') == std::string_view::npos) return std::nullopt;
  const std::size_t gap = text.find("::");
  const bool compressed = gap != std::string_view::npos;
  if (compressed && text.find("::", gap + 1) != std::string_view::npos) return std::nullopt;
  const auto head = groups_of(text.substr(0, gap), !compressed);
  const auto tail = groups_of(compressed ? text.substr(gap + 2) : std::string_view{}, true);
  if (!head || !tail) return std::nullopt;
  const std::size_t given = head->size() + tail->size();
  if (compressed ? given > 7 : given != 8) return std::nullopt;
  IpAddress address{.is_v6 = true};
  const auto put = [&](std::size_t at, std::uint16_t group) {
    address.octets[at * 2] = static_cast<std::uint8_t>(group >> 8);
    address.octets[at * 2 + 1] = static_cast<std::uint8_t>(group & 0xff);
  };
  for (std::size_t i = 0; i < head->size(); ++i) put(i, (*head)[i]);
  for (std::size_t i = 0; i < tail->size(); ++i) put(8 - tail->size() + i, (*tail)[i]);
  return address;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (auto v4 = parse_ipv4(text)) return v4;
  return parse_ipv6(text);
}

IpAddress unmapped(const IpAddress& address) {
  if (!address.is_v6) return address;
  for (std::size_t i = 0; i < 12; ++i) {
    if (address.octets[i] != (i < 10 ? 0 : 0xff)) return address;
  }
  IpAddress v4;
  for (std::size_t i = 0; i < 4; ++i) v4.octets[i] = address.octets[12 + i];
  return v4;
}

bool same_prefix(const IpAddress& a, const IpAddress& b, int prefix) {
  if (a.is_v6 != b.is_v6) return false;
  for (int bit = 0; bit < prefix && bit < a.bits(); bit += 8) {
    const int left = prefix - bit;
    const auto mask = static_cast<std::uint8_t>(left >= 8 ? 0xff : 0xff << (8 - left));
    const auto i = static_cast<std::size_t>(bit / 8);
    if ((a.octets[i] & mask) != (b.octets[i] & mask)) return false;
  }
  return true;
}

std::string format_ip(const IpAddress& address) {
  const auto& o = address.octets;
  if (!address.is_v6) return fmt::format("{}.{}.{}.{}", o[0], o[1], o[2], o[3]);
  std::size_t best = 8;
  std::size_t best_length = 1;
  const auto group = [&](std::size_t i) { return o[i * 2] << 8 | o[i * 2 + 1]; };
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t length = 0;
    while (i + length < 8 && group(i + length) == 0) ++length;
    if (length > best_length) best = i, best_length = length;
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == best) {
      out += "::";
      i += best_length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    out += fmt::format("{:x}", group(i));
  }
  return out;
}

}  // namespace postroad::mail
