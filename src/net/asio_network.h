#pragma once
#include <optional>
#include <vector>

#include "net/asio_executor.h"
#include "net/handed_socket.h"
#include "net/loop_shares.h"
#include "net/network.h"

namespace postroad::net {

/// The machine's sockets: TCP over IPv4 and IPv6, and Unix sockets ("unix:/path").
class AsioNetwork final : public Network {
 public:
  explicit AsioNetwork(AsioExecutor& executor);

  /// Before anything listens: a listen() at `socket.local` uses it instead of binding. Nobody's file is removed at its end, and who
  /// waits in its backlog then waits for the next to take it over.
  void hand_over(HandedSocket socket) { handed_.push_back(std::move(socket)); }

  asio::awaitable<Result<StreamPtr>> connect(Endpoint to, std::string source, Deadline deadline) override;
  /// "::" takes IPv4 as well. A Unix socket's file is replaced when nobody answers behind it, and removed at the end.
  Result<std::unique_ptr<Listener>> listen(const Endpoint& at, std::function<void(StreamPtr)> accepted) override;

 private:
  std::optional<Descriptor> take_handed(const Endpoint& at);

  AsioExecutor& executor_;
  const std::shared_ptr<LoopShares> shares_;
  std::vector<HandedSocket> handed_;
};

}  // namespace postroad::net
