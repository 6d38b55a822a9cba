#include "queue/retry.h"

#include <gtest/gtest.h>

namespace postroad::queue {
namespace {

using namespace std::chrono_literals;

TEST(RetrySchedule, FollowsTheContractsTimetableThenRepeatsTheLastWait) {
  const RetrySchedule schedule;
  for (const auto& [attempts, wait] : {std::pair<int, std::chrono::seconds>{1, 10min},
                                       {2, 15min},
                                       {3, 30min},
                                       {4, 1h},
                                       {5, 2h},
                                       {6, 4h},
                                       {40, 4h}}) {
    EXPECT_EQ(schedule.wait_after(attempts), wait) << attempts;
  }
}

TEST(RetryDecision, TriesOnceMoreAtTheVeryEndThenGivesUp) {
  const RetrySchedule schedule;
  const WallTime start{1'000'000s};
  const WallTime expires = start + 8h;
  WallTime now = start;
  int attempts = 0;
  std::vector<std::chrono::seconds> waits;
  for (;;) {
    ++attempts;
    const RetryDecision decision = decide_retry(schedule, attempts, now, expires);
    if (decision.give_up) break;
    ASSERT_GT(decision.due, now);
    waits.push_back(decision.wait);
    now = decision.due;
    ASSERT_LT(attempts, 20);
  }
  EXPECT_EQ(now, expires);
  EXPECT_EQ(waits, (std::vector<std::chrono::seconds>{10min, 15min, 30min, 1h, 2h, 4h, 5min}));
}

TEST(RetryDecision, OfAWarpedScheduleIsTheSameStoryInLessTime) {
  RetrySchedule schedule;
  schedule.warp = Warp{600};
  WallTime now{1'000'000s};
  const WallTime expires = now + schedule.warp.of(schedule.attempt_for);
  int attempts = 0;
  std::vector<std::chrono::milliseconds> waits;
  for (;;) {
    ++attempts;
    const RetryDecision decision = decide_retry(schedule, attempts, now, expires);
    if (decision.give_up) break;
    waits.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(decision.due - now));
    now = decision.due;
    ASSERT_LT(attempts, 20);
  }
  EXPECT_EQ(now, expires);
  EXPECT_EQ(waits, (std::vector<std::chrono::milliseconds>{1s, 1500ms, 3s, 6s, 12s, 24s, 500ms}));
}

}  // namespace
}  // namespace postroad::queue
