#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <string>

namespace postroad::net {

namespace asio = boost::asio;

/// The seam for threads: event loops, one thread each, and small named pools for work that would block a loop.
/// The simulation implements it with one thread.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual std::size_t loops() const = 0;
  virtual asio::any_io_executor loop(std::size_t number) = 0;
  /// Runs `work` on the pool called `pool` ("crypto", "crypto_high", "password", "dns", "search", "index"; a closed set), then
  /// resumes the calling coroutine on its own loop.
  virtual asio::awaitable<void> run_blocking(std::string_view pool, std::function<void()> work) = 0;
};

}  // namespace postroad::net
