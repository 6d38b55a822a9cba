#include "queue/turns.h"

#include <gtest/gtest.h>

#include "queue/destination.h"

namespace postroad::queue {
namespace {

using enum spool::Priority;

LanePtr lane(const std::string& name, spool::Priority priority) {
  const auto destination = std::make_shared<Destination>(name);
  return {destination, &destination->lane(priority)};
}

std::string name_of(const LanePtr& lane) { return lane == nullptr ? "none" : lane->destination().name(); }

TEST(Turns, GoInTheOrderInWhichTheLanesCameHighBeforeBulk) {
  Turns turns;
  const LanePtr bulk = lane("bulk", kBulk), first = lane("first", kHigh), second = lane("second", kHigh);
  for (const LanePtr& one : {bulk, first, second, first}) turns.list(one);
  EXPECT_EQ(turns.next(true, true), first);
  EXPECT_EQ(turns.next(true, true), second);
  EXPECT_EQ(turns.next(true, true), bulk);
  EXPECT_EQ(turns.next(true, true), nullptr);
}

TEST(Turns, EveryFourthIsBulksWhenItHasALane) {
  Turns turns;
  const LanePtr high = lane("high", kHigh), bulk = lane("bulk", kBulk);
  std::string order;
  for (int i = 0; i < 12; ++i) {
    turns.list(high);
    turns.list(bulk);
    order += turns.next(true, true) == high ? 'h' : 'b';
  }
  EXPECT_EQ(order, "hhhbhhhbhhhb");
}

TEST(Turns, AClassWithoutRoomIsPassedOver) {
  Turns turns;
  const LanePtr high = lane("high", kHigh), bulk = lane("bulk", kBulk);
  turns.list(bulk);
  EXPECT_EQ(name_of(turns.next(true, false)), "none");
  turns.list(high);
  EXPECT_EQ(name_of(turns.next(true, false)), "high");
  EXPECT_EQ(name_of(turns.next(false, true)), "bulk");
}

TEST(Turns, LanesThatStandApartComeBackFirstComeFirst) {
  Turns turns;
  const LanePtr first = lane("first", kBulk), second = lane("second", kBulk), third = lane("third", kBulk);
  for (const LanePtr& one : {first, second, third}) turns.set_apart(one);
  EXPECT_EQ(turns.next(true, true), nullptr);
  turns.list(second);  // It has become quick.
  EXPECT_TRUE(turns.bring_back(kBulk, 1));
  EXPECT_EQ(name_of(turns.next(true, true)), "second");
  EXPECT_EQ(name_of(turns.next(true, true)), "first");
  EXPECT_TRUE(turns.bring_back(kBulk, 5));
  EXPECT_EQ(name_of(turns.next(true, true)), "third");
  EXPECT_FALSE(turns.bring_back(kBulk, 5));
}

}  // namespace
}  // namespace postroad::queue
