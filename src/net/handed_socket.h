#pragma once
#include <string>

#include "net/descriptor.h"
#include "net/stream.h"

namespace postroad::net {

/// A socket that listens already: whoever started us opened it, keeps it while we are away, and passed it on (sd_listen_fds(3)).
struct HandedSocket {
  Descriptor descriptor;
  std::string name;  ///< FileDescriptorName=; "unknown" or the unit's name where nobody gave it one.
  Endpoint local;
};

/// Takes over `number`: makes it close with an exec and never wait. Fails with kInvalidArgument, naming it, when it is not a listening
/// stream socket over IPv4, IPv6 or a Unix path; it is left alone then.
Result<HandedSocket> take_handed_socket(int number, std::string name);

}  // namespace postroad::net
