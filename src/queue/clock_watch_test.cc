#include "queue/clock_watch.h"

#include <gtest/gtest.h>

#include "queue/two_clocks.h"

namespace postroad::queue {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(ClockWatch, TimeThatPassesIsNoStep) {
  TwoClocks clock;
  ClockWatch watch(clock);
  const WallTime then = clock.wall();
  for (int i = 0; i < 100; ++i) {
    clock.advance(hours{3});
    clock.set(seconds{1});  // slewed
    EXPECT_EQ(watch.set_ahead_since(then).count(), 0);
  }
  EXPECT_EQ(watch.set_back(), 0U);
}

TEST(ClockWatch, AStepAheadCountsForWhoWasThereBefore) {
  TwoClocks clock;
  ClockWatch watch(clock);
  const WallTime before = clock.wall();
  clock.advance(minutes{5});
  clock.set(hours{24});
  EXPECT_EQ(watch.set_ahead_since(before), hours{24});
  EXPECT_EQ(watch.set_ahead_since(clock.wall()).count(), 0);
  clock.advance(minutes{5});
  const WallTime between = clock.wall();
  clock.set(hours{2});
  EXPECT_EQ(watch.set_ahead_since(before), hours{26});
  EXPECT_EQ(watch.set_ahead_since(between), hours{2});
  EXPECT_EQ(watch.set_back(), 0U);
}

TEST(ClockWatch, ItIsBounded) {
  TwoClocks clock;
  ClockWatch watch(clock);
  const WallTime before = clock.wall();
  clock.set(hours{24 * 365});
  EXPECT_EQ(watch.set_ahead_since(before), ClockWatch::kSetAheadMax);
}

TEST(ClockWatch, EachStepBackIsCountedOnce) {
  TwoClocks clock;
  ClockWatch watch(clock);
  clock.set(-hours{24});
  EXPECT_EQ(watch.set_ahead_since(clock.wall()).count(), 0);
  EXPECT_EQ(watch.set_back(), 1U);
  EXPECT_EQ(watch.set_back(), 1U);
  clock.set(-minutes{1});
  EXPECT_EQ(watch.set_back(), 2U);
}

}  // namespace
}  // namespace postroad::queue
