#pragma once
#include <functional>
#include <vector>

#include "net/stream.h"

namespace postroad::net {

/// Accepts until closed.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual const Endpoint& local() const = 0;  ///< With the real port when 0 was asked for.
  virtual void close() = 0;
};

/// The seam for sockets. `loop` numbers count from 0 to loops()-1; a stream lives and dies on the loop that made it.
class Network {
 public:
  virtual ~Network() = default;

  /// From the calling coroutine's loop. `source` empty: the system chooses the address to send from.
  /// kTimeout, kConnectionLost (refused, unreachable) are transient.
  virtual asio::awaitable<Result<StreamPtr>> connect(Endpoint to, std::string source, Deadline deadline) = 0;

  /// Listens on every loop (SO_REUSEPORT); `accepted` runs on the loop that accepted and must not block. Fails with
  /// kInvalidArgument and a sentence that names the port and, if known, who holds it; with kUnauthorized when this process may
  /// not use that port.
  virtual Result<std::unique_ptr<Listener>> listen(const Endpoint& at, std::function<void(StreamPtr)> accepted) = 0;
};

}  // namespace postroad::net
