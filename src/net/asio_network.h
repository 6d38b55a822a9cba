#pragma once
#include "net/asio_executor.h"
#include "net/network.h"

namespace postroad::net {

/// The machine's sockets: TCP over IPv4 and IPv6, and Unix sockets ("unix:/path").
class AsioNetwork final : public Network {
 public:
  explicit AsioNetwork(AsioExecutor& executor) : executor_(executor) {}

  asio::awaitable<Result<StreamPtr>> connect(Endpoint to, std::string source, Deadline deadline) override;
  /// "::" takes IPv4 as well. A Unix socket's file is replaced when nobody answers behind it, and removed at the end.
  Result<std::unique_ptr<Listener>> listen(const Endpoint& at, std::function<void(StreamPtr)> accepted) override;

 private:
  AsioExecutor& executor_;
};

}  // namespace postroad::net
