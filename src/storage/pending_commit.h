#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/store.h"
#include "storage/unit.h"

namespace postroad::storage {

/// A coroutine that waits for another thread: lives in its frame. Whoever completes it moves `resume` out first and
/// calls it on `executor`; from then on the frame may be gone.
struct Waiter {
  asio::any_io_executor executor;
  std::move_only_function<void()> resume;
};

/// Suspends the coroutine and hands its waiter to `start`, which may complete it from any thread at any time.
template <class Start>
asio::awaitable<void> suspend(Waiter& waiter, Start start) {
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [&waiter, &start](auto handler) {
        waiter.executor = asio::get_associated_executor(handler);
        waiter.resume = std::move(handler);
        start();
      },
      asio::use_awaitable);
}

/// A unit between Store::commit and its answer.
struct PendingCommit : Waiter {
  explicit PendingCommit(Unit u);
  Unit unit;
  std::uint64_t stored_bytes = 0;  ///< Of its contents in a segment.
  Result<WallTime> outcome = fail_transient(ErrorCode::kShuttingDown, "the store has stopped");
  std::size_t first_location = 0;  ///< Into the group's locations.
  std::size_t location_count = 0;
  bool refused = false;
  bool barrier = false;            ///< Holds no unit: answered when all before it are.
};

/// Tells when the coroutines that were resumed have run as far as they go: what they commit next is queued by then.
class Echoes {
 public:
  void expect();
  void arrived();
  /// Until all that were expected have arrived, or for so long.
  void wait_for(std::chrono::nanoseconds most);

 private:
  std::mutex mutex_;
  std::condition_variable back_;
  int outstanding_ = 0;
};

/// Resumes waiters with one post for each executor, however many there are.
class ResumeBatch {
 public:
  void add(Waiter& waiter);
  /// `echoes`, if given, hears of each post when it has run.
  void post(const std::shared_ptr<Echoes>& echoes = nullptr);

 private:
  struct OnOne {
    asio::any_io_executor executor;
    std::vector<std::move_only_function<void()>> resumes;
  };
  std::vector<OnOne> batches_;
};

}  // namespace postroad::storage
