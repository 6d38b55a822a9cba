#pragma once
#include <sys/socket.h>

#include "net/stream.h"

namespace postroad::net {

/// A socket address as the kernel takes it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  int family() const { return storage.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// kInvalidArgument when the address is neither numeric IPv4, numeric IPv6 nor "unix:" and a path that fits.
Result<SocketAddress> to_socket_address(const Endpoint& endpoint);
/// IPv4 addresses mapped into IPv6 come back as IPv4; an unnamed Unix peer as "unix:".
Endpoint to_endpoint(const SocketAddress& address);
/// "192.0.2.1:25", "[2001:db8::1]:25", "unix:/run/x.sock". kInvalidArgument says what is wrong with `text`.
Result<Endpoint> parse_endpoint(std::string_view text);
bool is_unix(const Endpoint& endpoint);
bool is_loopback(const Endpoint& endpoint);

}  // namespace postroad::net
