#include "queue/cancellation.h"

#include "queue/queue_fixture.h"

namespace postroad::queue {
namespace {

class CancellationTest : public QueueFixture {};

TEST_F(CancellationTest, WhatWaitsIsNeverTried) {
  accept(1200, {.delay = 2s});  // More than a window.
  accept(3, {.delay = 2s, .domain = DomainId{8}});
  EXPECT_EQ(loopback_.run(cancellation_->cancel_all(kDomain)).value(), 1200);
  open_gate();
  wait_until([this] { return audit().waiting == 0; });
  wait_until([this] { return idle(); });
  EXPECT_EQ(courier_.taken, 3u) << "another domain's mail goes out";
  EXPECT_TRUE(audit().balanced());
  EXPECT_EQ(audit().ended, 1203);
}

TEST_F(CancellationTest, ADeliveryUnderWayEndsOnceAndItsLaneGoesOn) {
  accept(3, {});
  wait_until([this] { return courier_.taken == 3; });
  EXPECT_EQ(loopback_.run(cancellation_->cancel_all(kDomain)).value(), 3);
  open_gate();
  wait_until([this] { return idle(); });
  accept(2, {});
  wait_until([this] { return audit().ended == 5; });
  EXPECT_TRUE(audit().balanced());
}

TEST_F(CancellationTest, AnOutcomeThatComesTooLateTakesNoOtherWithIt) {
  const std::vector<RecipientId> ids = accept(3, {});
  wait_until([this] { return courier_.taken == 3; });
  storage::Unit unit;
  spool_->withdraw_recipients(unit, {{ids[1], "north.test"}});
  journal_->append(unit, {.type = events::EventType::kCanceled, .ending = events::Ending::kYes, .id = "c", .domain = kDomain,
                          .message = MessageId{1}, .recipient = ids[1], .address = "u1@north.test", .body = "{\"c\":1}", .transcript = {}});
  ASSERT_TRUE(loopback_.run(store_->commit(std::move(unit))).has_value());
  open_gate();
  wait_until([this] { return idle(); });
  EXPECT_EQ(audit().ended, 3);
  EXPECT_TRUE(audit().balanced());
}

}  // namespace
}  // namespace postroad::queue
