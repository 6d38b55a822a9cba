#include "net/dns_records.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/text.h"

namespace postroad::net {
namespace {

bool is_host_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*';
}

}  // namespace

std::optional<std::string> name_from_rdata(std::string_view rdata) {
  std::string name;
  while (!rdata.empty()) {
    const auto size = static_cast<unsigned char>(rdata.front());
    rdata.remove_prefix(1);
    if (size == 0) return rdata.empty() ? std::optional(name) : std::nullopt;
    if (size > 63 || size > rdata.size()) return std::nullopt;
    if (!name.empty()) name += '.';
    for (const char c : rdata.substr(0, size)) {
      const char lower = ascii_lower(c);
      if (!is_host_byte(lower)) return std::nullopt;
      name += lower;
    }
    rdata.remove_prefix(size);
  }
  return std::nullopt;
}

std::optional<MxRecord> mx_from_rdata(std::string_view rdata) {
  if (rdata.size() < 3) return std::nullopt;
  const auto preference = static_cast<std::uint16_t>(static_cast<unsigned char>(rdata[0]) << 8 | static_cast<unsigned char>(rdata[1]));
  std::optional<std::string> host = name_from_rdata(rdata.substr(2));
  if (!host) return std::nullopt;
  return MxRecord{preference, std::move(*host)};
}

std::optional<std::string> address_from_rdata(std::string_view rdata) {
  if (rdata.size() != 4 && rdata.size() != 16) return std::nullopt;
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(rdata.size() == 4 ? AF_INET : AF_INET6, rdata.data(), text, sizeof text);
  return text;
}

std::optional<std::string> txt_from_rdata(std::string_view rdata) {
  std::string text;
  while (!rdata.empty()) {
    const auto size = static_cast<unsigned char>(rdata.front());
    rdata.remove_prefix(1);
    if (size > rdata.size()) return std::nullopt;
    text += rdata.substr(0, size);
    rdata.remove_prefix(size);
  }
  return text;
}

std::optional<std::string> reverse_name(const std::string& address) {
  unsigned char bytes[16];
  if (inet_pton(AF_INET, address.c_str(), bytes) == 1) {
    return fmt::format("{}.{}.{}.{}.in-addr.arpa", bytes[3], bytes[2], bytes[1], bytes[0]);
  }
  if (inet_pton(AF_INET6, address.c_str(), bytes) != 1) return std::nullopt;
  std::string name;
  for (int i = 15; i >= 0; --i) name += fmt::format("{:x}.{:x}.", bytes[i] & 15, bytes[i] >> 4);
  return name + "ip6.arpa";
}

}  // namespace postroad::net
