#include "queue/interventions.h"

#include "queue/queue_fixture.h"

namespace postroad::queue {
namespace {

class InterventionsTest : public QueueFixture {
 protected:
  InterventionsTest() { courier_.holds = [](const Job&) { return false; }; }
  Interventions interventions() {
    return Interventions({.clock = loopback_.clock, .store = *store_, .spool = *spool_, .random = random_, .journal = *journal_, .writer = *writer_, .queue = queue_.get()});
  }
  void order(LaneRule rule) {
    EXPECT_TRUE(loopback_.run(rules_->set(std::move(rule))).has_value());
    queue_->rules_changed();
  }
  void resume(std::string lane) {
    EXPECT_TRUE(loopback_.run(rules_->clear(std::move(lane))).has_value());
    queue_->rules_changed();
  }
  /// What the queue would do by itself it has done by now: a mail to another lane has passed meanwhile.
  void let_others_pass() {
    const std::size_t before = courier_.taken;
    accept(1, {.to = "others.test"});
    wait_until([this, before] { return courier_.taken > before; });
    view();
  }
  void restart() {
    loopback_.run(queue_->stop(loopback_.soon()));
    start_queue();
  }
};

TEST_F(InterventionsTest, APausedLaneBeginsNothingUntilItIsResumed) {
  order({.lane = "north.test", .reason = "moving"});
  accept(3, {});
  let_others_pass();
  EXPECT_EQ(courier_.taken, 1u);
  restart();
  let_others_pass();
  EXPECT_EQ(courier_.taken, 2u);
  EXPECT_EQ(rules_->all().at(0).reason, "moving");
  resume("north.test");
  wait_until([this] { return idle(); });
  EXPECT_EQ(audit().ended, 5);
  EXPECT_FALSE(loopback_.run(rules_->clear("north.test")).has_value());
}

TEST_F(InterventionsTest, APauseEndsByItself) {
  order({.lane = "north.test", .until = loopback_.clock.wall() + 300ms});
  accept(1, {});
  let_others_pass();
  EXPECT_EQ(courier_.taken, 1u);
  wait_until([this] { return courier_.taken == 2; });
}

TEST_F(InterventionsTest, APauseOfAllLanesWinsOverTheirOwnRules) {
  order({.lane = "north.test", .action = LaneRule::Action::kSlow, .per_hour = LaneRules::kPerHourMax});
  order({.lane = std::string(LaneRules::kAllLanes)});
  accept(1, {});
  accept(1, {.to = "south.test"});
  loopback_.run(loopback_.timers.sleep_until(loopback_.clock.mono() + 50ms));
  view();
  EXPECT_EQ(courier_.taken, 0u);
  resume(std::string(LaneRules::kAllLanes));
  wait_until([this] { return courier_.taken == 2; });
}

TEST_F(InterventionsTest, ASlowedLaneKeepsItsRate) {
  order({.lane = "north.test", .action = LaneRule::Action::kSlow, .per_hour = 20 * 3600});
  const MonoTime begun = loopback_.clock.mono();
  accept(3, {});
  accept(3, {});
  accept(1, {.to = "south.test"});
  wait_until([this] { return courier_.taken == 7; });
  EXPECT_GE(loopback_.clock.mono() - begun, 5 * 50ms);
  EXPECT_EQ(courier_.begun.at(0).lane + courier_.begun.at(1).lane, "north.testsouth.test");
  wait_until([this] { return audit().ended == 7; });
}

TEST_F(InterventionsTest, RulesHaveBounds) {
  EXPECT_FALSE(loopback_.run(rules_->set({.lane = "x", .action = LaneRule::Action::kSlow, .per_hour = 0})).has_value());
  EXPECT_FALSE(loopback_.run(rules_->set({.lane = "x", .action = LaneRule::Action::kSlow, .per_hour = LaneRules::kPerHourMax + 1})).has_value());
  EXPECT_TRUE(rules_->all().empty());
}

TEST_F(InterventionsTest, WhatIsRetriedIsDueNow) {
  accept(1200, {.delay = 1h});
  accept(2, {.to = "south.test", .delay = 1h, .priority = spool::Priority::kHigh});
  EXPECT_EQ(loopback_.run(interventions().count({})).value(), 1202);
  EXPECT_EQ(loopback_.run(interventions().retry({.lane = "north.test"})).value(), 1200);
  wait_until([this] { return courier_.taken == 1200; });
  wait_until([this] { return audit().ended == 1200; });
  EXPECT_EQ(loopback_.run(interventions().retry({})).value(), 2);
  wait_until([this] { return audit().ended == 1202; });
  EXPECT_TRUE(audit().balanced());
  EXPECT_EQ(loopback_.run(interventions().retry({})).value(), 0);
}

TEST_F(InterventionsTest, OneMessageIsRetriedAlone) {
  accept(2, {.delay = 1h});
  const RecipientId other = accept(1, {.delay = 1h}).front();
  const auto waiting = loopback_.run(spool_->load_window("north.test", spool::Priority::kBulk, 10)).value();
  const auto found = std::ranges::find(waiting, other, [](const spool::DueRecipient& one) { return one.recipient.id; });
  EXPECT_EQ(loopback_.run(interventions().retry({.lane = {}, .message = found->message->id})).value(), 1);
  wait_until([this] { return courier_.taken == 1; });
  EXPECT_EQ(courier_.begun.at(0).id, other);
  EXPECT_EQ(loopback_.run(interventions().bounce({.lane = {}, .message = waiting.front().message->id}, "no")).value(), 2);
  wait_until([this] { return audit().ended == 3; });
}

TEST_F(InterventionsTest, WhatIsBouncedFailsWithAnEventEach) {
  accept(700, {.delay = 1h});
  accept(1, {.to = "south.test", .delay = 1h});
  EXPECT_EQ(loopback_.run(interventions().bounce({.lane = "north.test"}, "the domain is no more")).value(), 700);
  EXPECT_EQ(audit().ended, 700);
  EXPECT_TRUE(audit().balanced());
  const auto events = loopback_.run(journal_->newest(1, "\"failed\"")).value();
  EXPECT_NE(events.at(0).body.find("the domain is no more"), std::string::npos);
  EXPECT_NE(events.at(0).body.find("\"severity\":\"permanent\""), std::string::npos);
  EXPECT_NE(events.at(0).body.find("\"attempt-no\":0"), std::string::npos) << events.at(0).body;
  wait_until([this] { return view().size() == 1; });
  EXPECT_EQ(courier_.taken, 0u);
}

TEST_F(InterventionsTest, WhatIsHeldIsNotTriedUntilItIsReleased) {
  accept(600, {.delay = 300ms});
  EXPECT_EQ(loopback_.run(interventions().hold({.lane = "north.test"}, "held by the operator: wrong price")).value(), 600);
  accept(1, {});
  wait_until([this] { return courier_.taken == 1; });
  loopback_.run(loopback_.timers.sleep_until(loopback_.clock.mono() + 400ms));
  restart();
  let_others_pass();
  EXPECT_EQ(courier_.taken, 2u);
  const spool::Quarantine quarantine(*store_);
  EXPECT_EQ(quarantine.count().value().held, 600);
  EXPECT_EQ(loopback_.run(quarantine.held(RecipientId{0}, 1)).value().at(0).by, spool::HeldBy::kOperator);
  const auto events = loopback_.run(journal_->newest(1, "wrong price")).value();
  EXPECT_EQ(events.at(0).type, events::EventType::kQuarantined);
  EXPECT_EQ(loopback_.run(interventions().retry({})).value(), 0);
  EXPECT_EQ(loopback_.run(interventions().release({.lane = "south.test"})).value(), 0);
  EXPECT_EQ(loopback_.run(interventions().release({.lane = "north.test"})).value(), 600);
  wait_until([this] { return audit().ended == 602; });
  EXPECT_TRUE(audit().balanced());
}

TEST_F(InterventionsTest, WhatIsUnderWayWhenItIsHeldDoesNotComeBack) {
  courier_.holds = [](const Job&) { return true; };
  courier_.kind = Outcome::Kind::kDeferred;
  schedule_.waits = {1s};
  const RecipientId id = accept(1, {}).front();
  wait_until([this] { return courier_.taken == 1; });
  EXPECT_EQ(loopback_.run(interventions().hold({}, "why")).value(), 1);
  view();
  open_gate();
  wait_until([this] { return idle(); });
  loopback_.run(loopback_.timers.sleep_until(loopback_.clock.mono() + 1200ms));
  view();
  EXPECT_EQ(courier_.taken, 1u);
  EXPECT_EQ(audit().waiting, 1);
  courier_.kind = Outcome::Kind::kDelivered;
  EXPECT_EQ(loopback_.run(interventions().release({})).value(), 1);
  wait_until([this] { return audit().ended == 1; });
  EXPECT_EQ(courier_.begun.at(1).id, id);
  EXPECT_EQ(courier_.begun.at(1).attempts, 1);
}

TEST_F(InterventionsTest, WhatIsUnderWayEndsOnce) {
  courier_.holds = [](const Job&) { return true; };
  accept(30, {});
  wait_until([this] { return courier_.taken > 0; });
  EXPECT_EQ(loopback_.run(interventions().retry({})).value(), 0);
  EXPECT_EQ(loopback_.run(interventions().bounce({}, "no")).value(), 30);
  open_gate();
  wait_until([this] { return idle(); });
  EXPECT_EQ(audit().ended, 30);
  EXPECT_TRUE(audit().balanced());
}

}  // namespace
}  // namespace postroad::queue
