#pragma once
#include <cstdint>
#include <string>

namespace postroad::net {

/// Who listens on TCP `port` of this machine, as far as /proc shows it to us: "nginx (pid 812)"; empty when unknown.
std::string port_holder(std::uint16_t port);

}  // namespace postroad::net
