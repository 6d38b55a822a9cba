#pragma once
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "net/descriptor.h"
#include "net/endpoint.h"
#include "net/loop_shares.h"
#include "net/stream.h"

namespace postroad::net {

/// Accepts on one loop from one listening socket, and hands each connection to the loop that serves fewest. Without descriptors
/// to spare (EMFILE) it accepts with a reserve descriptor and closes at once, so that those who wait learn it, then pauses; it
/// never spins.
class Acceptor : public std::enable_shared_from_this<Acceptor> {  // shared by its listener and its coroutine
 public:
  static constexpr int kAcceptsPerTurn = 64;
  static constexpr std::chrono::milliseconds kPauseWithoutDescriptors{50};
  using Accepted = std::function<void(StreamPtr)>;

  /// Takes over `listening`, which is non-blocking. `accepted` is called on the loop that is to serve, on several at once.
  Acceptor(asio::io_context& context, int listening, Endpoint local, Accepted accepted, std::shared_ptr<LoopShares> shares);
  ~Acceptor();
  /// Any thread, once.
  void start();
  /// Any thread. `accepted` may still be running; it is not called again once the loops get to it.
  void close();

 private:
  asio::awaitable<void> run();
  /// False: pause before the next turn.
  bool accept_waiting();
  void hand_over(Descriptor descriptor, const SocketAddress& peer);
  void serve(Descriptor descriptor, const SocketAddress& peer, const LoopShares::Place& place);
  /// Accepts one with the reserve descriptor and closes it; false when none waited or the reserve is gone.
  bool shed_one();

  asio::io_context& context_;
  asio::posix::stream_descriptor listening_;
  asio::steady_timer pause_;
  Endpoint local_;
  const Accepted accepted_;
  const std::shared_ptr<LoopShares> shares_;
  int reserve_;
  std::atomic<bool> closing_{false};
};

}  // namespace postroad::net
