#include "queue/queue.h"

#include <algorithm>
#include <set>

#include "queue/queue_fixture.h"

namespace postroad::queue {
namespace {

using enum spool::Priority;

bool is_bulk(const Job& job) { return job.recipients.front().priority == kBulk; }

class SmallQueue : public QueueFixture {
 protected:
  SmallQueue() : QueueFixture({.jobs_max = 10, .jobs_per_lane_max = 20}) {}
};

TEST_F(SmallQueue, HighPriorityGoesOutWhileBulkHasEveryPlaceItMayHave) {
  courier_.holds = is_bulk;
  for (int i = 0; i < 30; ++i) accept(1, {.to = "bulk" + std::to_string(i % 6) + ".test"});
  std::size_t bulk = 0;
  for (const LaneView& one : view()) bulk += one.in_flight;
  EXPECT_EQ(bulk, 4u) << "none of the destinations is proven quick";
  for (int i = 0; i < 5; ++i) accept(1, {.to = "bulk" + std::to_string(i % 2) + ".test", .priority = kHigh});
  accept(3, {.to = "quiet.test", .priority = kHigh});
  wait_until([this] { return audit().ended == 8; });
  EXPECT_EQ(audit().waiting, 30) << "no bulk recipient has ended";
  open_gate();
  wait_until([this] { return audit().waiting == 0; });
}

TEST_F(SmallQueue, HighPriorityOvertakesBulkAfterARestart) {
  courier_.holds = [](const Job&) { return true; };
  accept(3000, {.to = "north.test"});
  accept(10, {.to = "north.test", .priority = kHigh});
  loopback_.run(queue_->stop(loopback_.clock.mono()));
  courier_.holds = is_bulk;
  crash();
  wait_until([this] { return audit().ended == 10; });
  EXPECT_EQ(audit().waiting, 3000);
  open_gate();
  wait_until([this] { return audit().waiting == 0; });
  EXPECT_TRUE(audit().balanced());
}

TEST_F(SmallQueue, ALaneThatWasWithdrawnWholeIsNotTakenForTheOneAfterIt) {
  accept(1, {.delay = 100ms});
  EXPECT_EQ(loopback_.run(cancellation_->cancel_all(kDomain)).value(), 1);
  EXPECT_TRUE(idle());
  for (int i = 0; i < 5; ++i) accept(1, {});
  const MonoTime due = loopback_.clock.mono() + 200ms;
  wait_until([&, this] { return loopback_.clock.mono() > due; });
  for (int i = 0; i < 5; ++i) accept(1, {});
  EXPECT_EQ(under_way("north.test", kBulk), 1u) << "the other place is for high priority";
  open_gate();
  wait_until([this] { return audit().waiting == 0; });
  EXPECT_EQ(courier_.taken, 10u);
}

class OnePlace : public QueueFixture {
 protected:
  OnePlace() : QueueFixture({.jobs_max = 100, .jobs_per_lane_max = 1}) {}
};

TEST_F(OnePlace, BulkHasOneTurnInFourBehindHighPriorityForTheSameDestination) {
  accept(1, {.priority = kHigh});
  wait_until([this] { return courier_.taken == 1; });
  for (int i = 0; i < 12; ++i) accept(1, {.priority = kHigh});
  for (int i = 0; i < 4; ++i) accept(1, {});
  open_gate();
  wait_until([this] { return audit().waiting == 0; });
  std::string order;
  for (const spool::Recipient& one : courier_.begun) order += one.priority == kHigh ? 'h' : 'b';
  EXPECT_EQ(order, "hhhbhhhbhhhbhhhbh");
}

class HundredPlaces : public QueueFixture {
 protected:
  HundredPlaces() : QueueFixture({.jobs_max = 100, .jobs_per_lane_max = 50}) {}
  static bool is_tarpit(const Job& job) { return job.lane.starts_with("tarpit"); }
  std::size_t under_way_in_tarpits() {
    std::size_t sum = 0;
    for (const LaneView& one : view()) sum += one.lane.starts_with("tarpit") ? one.in_flight : 0;
    return sum;
  }
};

TEST_F(HundredPlaces, ATarpitHasATenthOfThemAtMostAndTheOthersFlow) {
  courier_.holds = is_tarpit;
  for (int i = 0; i < 60; ++i) accept(1, {.to = "tarpit.test", .priority = i % 2 == 0 ? kBulk : kHigh});
  EXPECT_EQ(under_way_in_tarpits(), 10u);
  for (int i = 0; i < 99; ++i) accept(2, {.to = "good" + std::to_string(i) + ".test"});
  wait_until([this] { return audit().ended == 198; });
  EXPECT_EQ(under_way_in_tarpits(), 10u);
  EXPECT_EQ(audit().waiting, 60);
  open_gate();
  wait_until([this] { return audit().waiting == 0; });
}

TEST_F(HundredPlaces, ManyTarpitsTogetherLeaveRoomForThoseThatAnswer) {
  courier_.holds = is_tarpit;
  for (int i = 0; i < 60; ++i) accept(1, {.to = "tarpit" + std::to_string(i) + ".test"});
  for (int i = 0; i < 60; ++i) accept(1, {.to = "tarpit" + std::to_string(i) + ".test", .priority = kHigh});
  EXPECT_EQ(under_way_in_tarpits(), 80u) << "forty of each class";
  EXPECT_EQ(audit().ended, 0);
  open_gate();
  wait_until([this] { return audit().waiting == 0; });
  EXPECT_EQ(courier_.taken, 120u) << "each that stood apart had its turn, once";
}

TEST_F(HundredPlaces, ADestinationThatHasAnsweredIsNotHeldUpByTarpits) {
  courier_.holds = is_tarpit;
  accept(1, {.to = "good.test", .delay = 1h});  // Keeps what is known of it.
  accept(1, {.to = "good.test"});
  wait_until([this] { return audit().ended == 1 && under_way("good.test", kBulk) == 0; });
  for (int i = 0; i < 60; ++i) accept(1, {.to = "tarpit" + std::to_string(i) + ".test"});
  EXPECT_EQ(under_way_in_tarpits(), 40u);
  for (int i = 0; i < 50; ++i) accept(1, {.to = "good.test"});
  wait_until([this] { return audit().ended == 51; });
  EXPECT_EQ(under_way_in_tarpits(), 40u);
}

}  // namespace
}  // namespace postroad::queue
