#include "net/asio_executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "net/loopback_fixture.h"

namespace postroad::net {
namespace {

TEST(AsioExecutor, RunsBlockingWorkElsewhereAndComesBack) {
  Loopback world;
  struct Threads {
    std::thread::id before, within, after;
  };
  auto work = [&]() -> asio::awaitable<Threads> {
    Threads threads;
    threads.before = std::this_thread::get_id();
    std::function<void()> blocking = [&threads] { threads.within = std::this_thread::get_id(); };
    co_await world.executor.run_blocking("crypto", std::move(blocking));
    threads.after = std::this_thread::get_id();
    co_return threads;
  };
  const Threads threads = world.run(work());
  EXPECT_EQ(threads.before, threads.after);
  EXPECT_NE(threads.before, threads.within);
}

TEST(AsioExecutor, GivesEachLoopItsOwnThread) {
  Loopback world(3);
  auto here = []() -> asio::awaitable<std::thread::id> { co_return std::this_thread::get_id(); };
  const auto first = world.executor.run_on(0, here());
  EXPECT_EQ(first, world.executor.run_on(0, here()));
  EXPECT_NE(first, world.executor.run_on(1, here()));
  EXPECT_NE(world.executor.run_on(1, here()), world.executor.run_on(2, here()));
}

TEST(AsioExecutor, StopsWhileCoroutinesStillWait) {
  std::atomic<bool> waiting{false};
  {
    Loopback world;
    auto wait = [](Loopback& in, std::atomic<bool>& flag) -> asio::awaitable<void> {
      flag = true;
      co_await in.timers.sleep_until(Deadline::max());
    };
    asio::co_spawn(world.executor.context(0), wait(world, waiting), asio::detached);
    auto nothing = []() -> asio::awaitable<void> { co_return; };
    world.run(nothing());
  }
  EXPECT_TRUE(waiting);
}

TEST(AsioTimers, ReturnAtTheTimeAsked) {
  Loopback world;
  const MonoTime until = world.clock.mono() + std::chrono::milliseconds{5};
  world.run(world.timers.sleep_until(until));
  EXPECT_GE(world.clock.mono(), until);
}

}  // namespace
}  // namespace postroad::net
