#include "queue/destination.h"

#include <gtest/gtest.h>

namespace postroad::queue {
namespace {

using namespace std::chrono_literals;
using enum spool::Priority;
constexpr MonoTime kStart{1000s};

TEST(Destination, IsQuickFromAnAttemptThatEndedInTimeUntilOneIsLate) {
  Destination destination("north.test");
  EXPECT_EQ(destination.pace(kStart), Pace::kUnproven) << "nothing is known of it";
  const MonoTime first = destination.attempt_began(kBulk, 1, kStart);
  EXPECT_EQ(destination.pace(kStart + 1s), Pace::kUnproven) << "it has not answered yet";
  destination.attempt_ended(kBulk, first, kStart + 1s);
  EXPECT_EQ(destination.pace(kStart + 1s), Pace::kQuick);

  const MonoTime second = destination.attempt_began(kBulk, 1, kStart + 2s);
  EXPECT_EQ(destination.pace(kStart + 6s), Pace::kQuick);
  EXPECT_EQ(destination.pace(kStart + 7s), Pace::kUnproven) << "an attempt is late";
  destination.attempt_ended(kBulk, second, kStart + 8s);
  EXPECT_EQ(destination.pace(kStart + 8s), Pace::kUnproven) << "the last one was late";
}

TEST(Destination, AnAttemptForManyRecipientsHasTimeForEach) {
  Destination destination("north.test");
  destination.attempt_ended(kBulk, destination.attempt_began(kBulk, 1, kStart), kStart);
  const MonoTime late_at = destination.attempt_began(kBulk, 10, kStart);
  EXPECT_EQ(destination.pace(kStart + 49s), Pace::kQuick);
  destination.attempt_ended(kBulk, late_at, kStart + 49s);
  EXPECT_EQ(destination.pace(kStart + 49s), Pace::kQuick);
}

TEST(Destination, OwesBulkAPlaceAfterThreeOfHighPriority) {
  Destination destination("north.test");
  for (int i = 0; i < kHighInARowMax; ++i) {
    EXPECT_FALSE(destination.owes_bulk());
    destination.attempt_began(kHigh, 1, kStart);
  }
  EXPECT_TRUE(destination.owes_bulk());
  destination.attempt_began(kBulk, 1, kStart);
  EXPECT_FALSE(destination.owes_bulk());
  EXPECT_EQ(destination.running(kHigh), 3u);
  EXPECT_EQ(destination.running(), 4u);
  EXPECT_FALSE(destination.idle());
}

}  // namespace
}  // namespace postroad::queue
