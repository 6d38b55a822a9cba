#include "net/handed_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "net/endpoint.h"

namespace postroad::net {
namespace {

int option_of(const Descriptor& socket, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(socket.get(), SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

/// What keeps it from being accepted on; empty: nothing.
std::string fault_of(const Descriptor& socket, const SocketAddress& local) {
  struct stat about{};
  if (fstat(socket.get(), &about) != 0) return "is not open: LISTEN_FDS counts more than were passed";
  if (!S_ISSOCK(about.st_mode)) return "is not a socket";
  if (option_of(socket, SO_TYPE) != SOCK_STREAM) return "is not a stream socket: its unit says ListenStream=";
  if (option_of(socket, SO_ACCEPTCONN) != 1) return "does not listen: its unit says ListenStream= and Accept=no";
  if (local.family() != AF_INET && local.family() != AF_INET6 && local.family() != AF_UNIX) return "is neither TCP nor a Unix socket";
  if (local.family() == AF_UNIX && to_endpoint(local).address == "unix:") return "is a Unix socket without a path";
  return {};
}

}  // namespace

Result<HandedSocket> take_handed_socket(int number, std::string name) {
  HandedSocket handed{.descriptor = Descriptor(number), .name = std::move(name), .local = {}};
  SocketAddress local;
  local.length = sizeof local.storage;
  getsockname(number, local.get(), &local.length);
  if (const std::string fault = fault_of(handed.descriptor, local); !fault.empty()) {
    (void)handed.descriptor.release();  // Who knows whose it is.
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("descriptor {} that was handed over as \"{}\" {}", number, handed.name, fault));
  }
  fcntl(number, F_SETFD, FD_CLOEXEC);
  fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK);
  handed.local = to_endpoint(local);
  return handed;
}

}  // namespace postroad::net
