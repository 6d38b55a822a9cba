#pragma once
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "net/stream.h"

namespace postroad::net {

/// Accepts on one loop from one listening socket. Without descriptors to spare (EMFILE) it accepts with a reserve
/// descriptor and closes at once, so that those who wait learn it, then pauses; it never spins.
class Acceptor : public std::enable_shared_from_this<Acceptor> {  // shared by its listener and its coroutine
 public:
  static constexpr int kAcceptsPerTurn = 64;
  static constexpr std::chrono::milliseconds kPauseWithoutDescriptors{50};
  using Accepted = std::function<void(StreamPtr)>;

  /// Takes over `listening`, which is non-blocking.
  Acceptor(asio::io_context& context, int listening, Endpoint local, Accepted accepted);
  ~Acceptor();
  /// Any thread, once.
  void start();
  /// Any thread. `accepted` may still be running on the loop; it is not called again once the loop gets to it.
  void close();

 private:
  asio::awaitable<void> run();
  /// False: pause before the next turn.
  bool accept_waiting();
  void hand_over(int descriptor, const struct SocketAddress& peer);
  /// Accepts one with the reserve descriptor and closes it; false when none waited or the reserve is gone.
  bool shed_one();

  asio::io_context& context_;
  asio::posix::stream_descriptor listening_;
  asio::steady_timer pause_;
  Endpoint local_;
  Accepted accepted_;
  int reserve_;
  std::atomic<bool> closing_{false};
};

}  // namespace postroad::net
