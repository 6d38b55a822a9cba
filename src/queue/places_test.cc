#include "queue/places.h"

#include <gtest/gtest.h>

namespace postroad::queue {
namespace {

using enum spool::Priority;
using enum Pace;

Places places(std::size_t all, std::size_t at_one) { return Places({.jobs_max = all, .jobs_per_lane_max = at_one}); }

TEST(Places, BulkLeavesATenthToHighAndHighMayHaveAll) {
  for (const auto& [all, bulk] : std::vector<std::pair<std::size_t, std::size_t>>{{2000, 1800}, {10, 9}, {2, 1}, {1, 1}}) {
    SCOPED_TRACE(all);
    Places one = places(all, 20);
    std::size_t begun = 0;
    for (; one.has_room(kBulk); ++begun) one.take(kBulk, kQuick);
    EXPECT_EQ(begun, bulk);
    for (; one.has_room(kHigh); ++begun) one.take(kHigh, kQuick);
    EXPECT_EQ(begun, all);
  }
}

TEST(Places, AtADestinationNotProvenQuickATenthOfAllIsTheMost) {
  struct Case {
    std::size_t all, at_one, unproven, quick, quick_bulk;
  };
  for (const auto& [all, at_one, unproven, quick, quick_bulk] : {
           Case{2000, 20, 20, 20, 18},
           Case{100, 50, 10, 50, 45},
           Case{100, 5, 5, 5, 4},
           Case{4, 20, 2, 20, 18},
           Case{2000, 1, 1, 1, 1},
       }) {
    SCOPED_TRACE(testing::Message() << all << " places, " << at_one << " at one destination");
    const Places one = places(all, at_one);
    EXPECT_EQ(one.at_one_max(kUnproven), unproven);
    EXPECT_EQ(one.at_one_max(kQuick), quick);
    EXPECT_EQ(one.bulk_at_one_max(kQuick), quick_bulk);
    EXPECT_GE(one.bulk_at_one_max(kUnproven), 1u);
  }
}

TEST(Places, DestinationsNotProvenQuickShareFortyInAHundredOfEachClass) {
  Places one = places(100, 20);
  for (int i = 0; i < 40; ++i) {
    ASSERT_GT(one.unproven_room(kBulk), 0u);
    one.take(kBulk, kUnproven);
  }
  EXPECT_EQ(one.unproven_room(kBulk), 0u);
  EXPECT_EQ(one.unproven_room(kHigh), 40u);
  EXPECT_TRUE(one.has_room(kBulk)) << "for those that answer";
  one.move(kBulk, kUnproven, kQuick, 5);
  EXPECT_EQ(one.unproven_room(kBulk), 5u);
  EXPECT_EQ(one.taken(), 40u);
  one.give_back(kBulk, kQuick);
  EXPECT_EQ(one.taken(kBulk), 39u);
}

}  // namespace
}  // namespace postroad::queue
