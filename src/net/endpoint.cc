#include "net/endpoint.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

#include "base/text.h"

namespace postroad::net {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";

std::string numeric(int family, const void* bytes) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(family, bytes, text, sizeof text);
  return text;
}

Result<SocketAddress> unix_address(std::string_view path) {
  SocketAddress address;
  auto& local = reinterpret_cast<sockaddr_un&>(address.storage);
  if (path.empty() || path.size() >= sizeof local.sun_path) {
    return fail_permanent(ErrorCode::kInvalidArgument,
                          fmt::format("unix:{}: a socket path has 1 to {} bytes", path, sizeof local.sun_path - 1));
  }
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, path.data(), path.size());
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

}  // namespace

std::string Endpoint::text() const {
  if (is_unix(*this)) return address;
  if (address.find(':') != std::string::npos) return fmt::format("[{}]:{}", address, port);
  return fmt::format("{}:{}", address, port);
}

bool is_unix(const Endpoint& endpoint) { return endpoint.address.starts_with(kUnixPrefix); }

bool is_loopback(const Endpoint& endpoint) {
  return endpoint.address.starts_with("127.") || endpoint.address == "::1" || is_unix(endpoint);
}

Result<SocketAddress> to_socket_address(const Endpoint& endpoint) {
  if (is_unix(endpoint)) return unix_address(std::string_view(endpoint.address).substr(kUnixPrefix.size()));
  SocketAddress address;
  auto& four = reinterpret_cast<sockaddr_in&>(address.storage);
  auto& six = reinterpret_cast<sockaddr_in6&>(address.storage);
  if (inet_pton(AF_INET, endpoint.address.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(endpoint.port);
    address.length = sizeof four;
    return address;
  }
  if (inet_pton(AF_INET6, endpoint.address.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(endpoint.port);
    address.length = sizeof six;
    return address;
  }
  return fail_permanent(ErrorCode::kInvalidArgument,
                        fmt::format("'{}' is not a numeric IPv4 or IPv6 address", endpoint.address));
}

Endpoint to_endpoint(const SocketAddress& address) {
  if (address.family() == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(address.storage);
    return {numeric(AF_INET, &four.sin_addr), ntohs(four.sin_port)};
  }
  if (address.family() == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(address.storage);
    if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) return {numeric(AF_INET, six.sin6_addr.s6_addr + 12), ntohs(six.sin6_port)};
    return {numeric(AF_INET6, &six.sin6_addr), ntohs(six.sin6_port)};
  }
  const auto& local = reinterpret_cast<const sockaddr_un&>(address.storage);
  if (address.length <= offsetof(sockaddr_un, sun_path)) return {std::string(kUnixPrefix), 0};
  return {std::string(kUnixPrefix) + local.sun_path, 0};
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) return Endpoint{std::string(text), 0};
  const std::size_t colon = text.rfind(':');
  const std::string what = fmt::format("'{}' is not an address and port such as 127.0.0.1:8025 or [::1]:8025", text);
  if (colon == std::string_view::npos) return fail_permanent(ErrorCode::kInvalidArgument, what);
  std::string_view host = text.substr(0, colon);
  const std::optional<std::int64_t> port = parse_int(text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) return fail_permanent(ErrorCode::kInvalidArgument, what);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return fail_permanent(ErrorCode::kInvalidArgument, what);
  }
  Endpoint endpoint{std::string(host), static_cast<std::uint16_t>(*port)};
  if (!to_socket_address(endpoint)) return fail_permanent(ErrorCode::kInvalidArgument, what);
  return endpoint;
}

}  // namespace postroad::net
