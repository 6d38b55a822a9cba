#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <memory>
#include <string>
#include <vector>

#include "net/loops.h"

namespace postroad::net {

/// The machine's loops and pools; with its `.cc`, the only place that starts threads.
///
/// Lifetime: destroy it after `stop()` and before whatever its coroutines refer to from their destructors. Coroutines
/// still suspended when it is destroyed are destroyed with it, on the destroying thread.
class AsioExecutor final : public Executor {
 public:
  struct Pool {
    std::string name;
    std::size_t threads = 1;
    int nice = 0;  ///< Of a pool of one thread: above 0, it gives way to whoever answers (setpriority(2)).
  };
  struct Options {
    std::size_t loops = 1;
    std::vector<Pool> pools = {{"crypto", 2}, {"crypto_high", 1}, {"password", 1}, {"dns", 1}, {"search", 2}, {"index", 1, 10}};
  };

  explicit AsioExecutor(Options options);
  AsioExecutor() : AsioExecutor(Options{}) {}
  ~AsioExecutor() override;

  std::size_t loops() const override { return contexts_.size(); }
  asio::any_io_executor loop(std::size_t number) override;
  /// `pool` must be one of the options' names.
  asio::awaitable<void> run_blocking(std::string_view pool, std::function<void()> work) override;

  asio::io_context& context(std::size_t number);
  /// Starts one thread for each loop. Work posted before waits until then.
  void start();
  /// Stops loops and pools and joins their threads; handlers not yet run never run. Idempotent. Not from a loop.
  void stop();

  /// Runs `work` on loop `number` and blocks the calling thread, which must not be a loop, until it ends: for main
  /// and tests.
  template <class T>
  T run_on(std::size_t number, asio::awaitable<T> work) {
    return asio::co_spawn(context(number), std::move(work), asio::use_future).get();
  }

 private:
  using WorkGuard = asio::executor_work_guard<asio::io_context::executor_type>;
  struct RunningPool {
    std::string name;
    std::unique_ptr<asio::thread_pool> threads;
  };

  asio::thread_pool& pool(std::string_view name);

  std::vector<std::unique_ptr<asio::io_context>> contexts_;
  std::vector<WorkGuard> guards_;
  std::vector<RunningPool> pools_;
  std::unique_ptr<asio::thread_pool> threads_;  ///< One for each loop, while they run.
};

}  // namespace postroad::net
