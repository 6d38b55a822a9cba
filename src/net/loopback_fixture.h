#pragma once
// For tests: running loops, the machine's network, and a deadline that a working test never reaches.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/assert.h"
#include "base/clock.h"
#include "net/asio_executor.h"
#include "net/asio_network.h"
#include "net/asio_timers.h"

namespace postroad::net {

struct Loopback {
  explicit Loopback(std::size_t loops = 1) : executor(AsioExecutor::Options{.loops = loops}), network(executor) {
    executor.start();
  }
  ~Loopback() { executor.stop(); }

  Deadline soon() const { return clock.mono() + std::chrono::seconds{20}; }
  template <class T>
  T run(asio::awaitable<T> work) {
    return executor.run_on(0, std::move(work));
  }
  /// Listens on 127.0.0.1; each connection is given to `serve`, a function StreamPtr → awaitable<void>.
  template <class Serve>
  std::unique_ptr<Listener> serve(Serve serve, Endpoint at = {"127.0.0.1", 0}) {
    auto listener = network.listen(at, [serve](StreamPtr stream) {
      const asio::any_io_executor loop = stream->executor();
      asio::co_spawn(loop, serve(std::move(stream)), asio::detached);
    });
    PR_ASSERT(listener.has_value());
    return std::move(*listener);
  }
  asio::awaitable<StreamPtr> dial(const Listener& listener) {
    Endpoint to = listener.local();
    auto stream = co_await network.connect(std::move(to), "", soon());
    PR_ASSERT(stream.has_value());
    co_return std::move(*stream);
  }

  SystemClock clock;
  AsioExecutor executor;
  AsioNetwork network;
  AsioTimers timers;
};

/// Reads until `size` bytes are there or the stream ends.
inline asio::awaitable<std::string> read_exactly(Stream& stream, std::size_t size, Deadline deadline) {
  std::string got(size, '\0');
  std::size_t at = 0;
  while (at < size) {
    const auto some = co_await stream.read_some(std::span(got).subspan(at), deadline);
    if (!some) break;
    at += *some;
  }
  got.resize(at);
  co_return got;
}

inline asio::awaitable<std::string> read_to_end(Stream& stream, Deadline deadline) {
  std::string all;
  char buffer[4096];
  for (;;) {
    const auto some = co_await stream.read_some(buffer, deadline);
    if (!some) co_return all;
    all.append(buffer, *some);
  }
}

}  // namespace postroad::net
