#pragma once
#include <boost/asio/async_result.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <map>
#include <memory>

#include "base/clock.h"
#include "base/random.h"
#include "net/loops.h"
#include "net/timers.h"

namespace postroad::simulation {

namespace asio = boost::asio;

/// Simulated time. Monotonic time moves only when nothing else can run; wall time follows it, plus jumps.
class SimClock final : public Clock {
 public:
  WallTime wall() const override { return kStart + std::chrono::duration_cast<std::chrono::microseconds>(mono_.time_since_epoch()) + jumped_; }
  MonoTime mono() const override { return mono_; }
  void advance_to(MonoTime then) { mono_ = then; }
  void jump_wall(std::chrono::microseconds by) { jumped_ += by; }

 private:
  static constexpr WallTime kStart{std::chrono::seconds{1'772'355'912}};
  MonoTime mono_{std::chrono::seconds{1}};
  std::chrono::microseconds jumped_{0};
};

/// A running hash of everything that happens, so that a replay can be held against its original.
class Trace {
 public:
  void note(std::string_view what, std::uint64_t number = 0);
  std::uint64_t hash() const { return hash_; }
  std::uint64_t notes() const { return notes_; }

 private:
  std::uint64_t hash_ = 1469598103934665603u;
  std::uint64_t notes_ = 0;
};

/// One thread runs everything in an order that the seed alone decides: the server's coroutines in a context of their own,
/// which dies with the server, and those of the world outside in another. A coroutine that waits is parked here and woken
/// by its number; waking one that is gone does nothing.
class SimLoop final : public net::Executor, public net::Timers {
 public:
  SimLoop(SimClock& clock, Random& random, Trace& trace);
  ~SimLoop() override;

  // The seams of the server: two loop numbers, one thread.
  std::size_t loops() const override { return 2; }
  asio::any_io_executor loop(std::size_t) override { return server_->get_executor(); }
  asio::awaitable<void> run_blocking(std::string_view pool, std::function<void()> work) override;
  asio::awaitable<void> sleep_until(MonoTime until) override;

  asio::any_io_executor server() { return server_->get_executor(); }
  asio::any_io_executor world() { return world_.get_executor(); }

  /// Runs `event` at `when`, after those that were set for the same time before.
  void at(MonoTime when, std::function<void()> event);
  void after(std::chrono::nanoseconds wait, std::function<void()> event) { at(clock_.mono() + wait, std::move(event)); }

  /// Suspends the calling coroutine; `start` is given its number.
  template <class Start>
  asio::awaitable<void> park(Start start) {
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this, &start](auto handler) {
          const asio::any_io_executor executor = asio::get_associated_executor(handler);
          const std::uint64_t number = ++last_;
          parked_.emplace(number, Parked{executor, std::move(handler)});
          start(number);
        },
        asio::use_awaitable);
  }
  void wake(std::uint64_t number);
  bool is_parked(std::uint64_t number) const { return parked_.contains(number); }

  /// Everything that can run now, then one event. False: there is nothing left to happen.
  bool step();
  /// Until `done`, nothing is left, or the time is past `limit`. True: done.
  bool run_until(const std::function<bool()>& done, MonoTime limit);
  /// What the server's coroutines were doing is gone, as after a kill. The rooms must still be there: frames refer to them.
  void kill_server();

 private:
  struct Parked {
    asio::any_io_executor executor;
    std::move_only_function<void()> resume;
  };

  SimClock& clock_;
  Random& random_;
  Trace& trace_;
  asio::io_context world_{1};
  std::unique_ptr<asio::io_context> server_;
  std::map<std::uint64_t, Parked> parked_;
  std::multimap<MonoTime, std::function<void()>> events_;
  std::uint64_t last_ = 0;
  bool closing_ = false;
};

}  // namespace postroad::simulation
