#include "queue/crash_guard.h"

#include <algorithm>
#include <atomic>

#include "queue/queue_fixture.h"

namespace postroad::queue {
namespace {

bool is_poison(const Job& job) { return job.lane == "poison.test"; }

class CrashGuardTest : public QueueFixture {
 protected:
  CrashGuardTest() : QueueFixture({}, true) { courier_.holds = is_poison; }

  std::vector<spool::HeldRecipient> held() {
    return loopback_.run(spool::Quarantine(*store_).held(RecipientId{0}, 100)).value();
  }
  spool::ApartCount apart() { return spool::Quarantine(*store_).count().value(); }
  std::size_t begun(RecipientId id) {
    std::size_t times = 0;
    loopback_.run([](GatedCourier& courier, RecipientId wanted, std::size_t& count) -> asio::awaitable<void> {
      count = static_cast<std::size_t>(std::ranges::count(courier.begun, wanted, &spool::Recipient::id));
      co_return;
    }(courier_, id, times));
    return times;
  }
};

TEST_F(CrashGuardTest, WhatWasUnderWayAtThreeCrashesIsHeldUntilItIsLetGoAndOthersFlow) {
  const RecipientId poison = accept(1, {.to = "poison.test"}).front();
  for (std::size_t crashes = 1; crashes <= 3; ++crashes) {
    wait_until([&, this] { return begun(poison) == crashes; });
    accept(5, {});
    wait_until([&, this] { return audit().ended == static_cast<std::int64_t>(5 * crashes); });
    crash();
  }
  wait_until([this] { return apart().held == 1; });
  accept(5, {});
  wait_until([this] { return audit().ended == 20; });
  EXPECT_EQ(begun(poison), 3u) << "not tried any more";
  ASSERT_EQ(held().size(), 1u);
  EXPECT_EQ(held().front().id, poison);
  EXPECT_EQ(held().front().crashes, 3);
  EXPECT_EQ(audit().waiting, 1) << "held, not lost";
  const auto events = loopback_.run(journal_->of_message(held().front().message)).value();
  EXPECT_EQ(std::ranges::count(events, events::EventType::kQuarantined, &events::StoredEvent::type), 1);

  courier_.holds = [](const Job&) { return false; };
  storage::Unit unit;
  spool::Quarantine(*store_).let_go(unit, poison);
  ASSERT_TRUE(loopback_.run(store_->commit(std::move(unit))).has_value());
  queue_->look_again("poison.test", spool::Priority::kBulk);
  wait_until([this] { return audit().waiting == 0; });
  EXPECT_TRUE(audit().balanced());
}

TEST_F(CrashGuardTest, NeighboursOfACrashAreTriedAloneAndAreSuspectedNoMore) {
  courier_.holds = [](const Job&) { return true; };
  std::vector<RecipientId> all;
  for (int i = 0; i < 10; ++i) all.push_back(accept(1, {.to = "d" + std::to_string(i) + ".test"}).front());
  wait_until([this] { return courier_.taken == 10; });
  courier_.holds = [&all](const Job& job) { return job.recipients.front().id == all[4]; };
  crash();
  wait_until([this] { return audit().ended == 9; });
  EXPECT_EQ(apart().suspects, 1) << "the one that has not come to an end";
  for (const RecipientId id : all) EXPECT_EQ(begun(id), 2u);
  crash();
  wait_until([&, this] { return begun(all[4]) == 3; });
  EXPECT_EQ(apart().held, 0);
}

TEST_F(CrashGuardTest, AnAttemptThatEndsWithADeferralClearsItsRecipient) {
  const RecipientId slow = accept(1, {.to = "poison.test"}).front();
  wait_until([&, this] { return begun(slow) == 1; });
  courier_.holds = [](const Job&) { return false; };
  courier_.kind = Outcome::Kind::kDeferred;
  crash();
  wait_until([&, this] { return begun(slow) == 2 && under_way("poison.test", spool::Priority::kBulk) == 0; });
  EXPECT_EQ(apart().suspects, 0);
  EXPECT_EQ(audit().waiting, 1);
}

TEST_F(CrashGuardTest, KillsFromOutsideHoldNobodyUntilTheyAreTooManyWithoutAnEndBetween) {
  const RecipientId slow = accept(1, {.to = "poison.test"}).front();
  wait_until([&, this] { return begun(slow) == 1; });
  // The first kill makes the suspect, those behind it meet it alone; in the middle another suspect comes to an end.
  const auto kills = [&, this](std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::size_t before = begun(slow);
      crash(LastEnd::kKilled);
      wait_until([&, this] { return apart().held == 1 || begun(slow) == before + 1; });
    }
  };
  kills(CrashGuard::kKillsMax);
  EXPECT_EQ(apart().held, 0);
  EXPECT_EQ(apart().suspects, 1);
  kills(1);
  EXPECT_EQ(apart().held, 0) << "the tenth with it alone is a crash, the second of three";
  kills(1);
  EXPECT_EQ(apart().held, 1);
  EXPECT_EQ(audit().waiting, 1) << "held, not lost";
}

TEST_F(CrashGuardTest, AnEndBetweenKillsBeginsTheirCountAnew) {
  std::atomic<bool> holds = true;
  courier_.holds = [&holds](const Job&) { return holds.load(); };
  for (std::int64_t i = 0; i < 2 * CrashGuard::kKillsMax; ++i) {
    const RecipientId next = accept(1, {.to = "poison.test"}).front();
    wait_until([&, this] { return begun(next) >= 1; });
    holds = i % 5 != 4;  // Every fifth start all come to their ends.
    crash(LastEnd::kKilled);
    if (!holds) wait_until([this] { return audit().waiting == 0; });
    holds = true;
    if (audit().waiting > 0) wait_until([this] { return apart().suspects > 0; });
  }
  EXPECT_EQ(apart().held, 0);
}

TEST_F(CrashGuardTest, OfAMessageWhoseRecipientIsHeldAllAreHeld) {
  courier_.holds = is_poison;
  const RecipientId first = accept(120, {.to = "poison.test"}).front();
  for (std::size_t crashes = 1; crashes <= 3; ++crashes) {
    wait_until([&, this] { return begun(first) == crashes; });
    crash();
  }
  wait_until([this] { return apart().held == 120; });
  EXPECT_EQ(apart().suspects, 0);
  EXPECT_EQ(audit().waiting, 120);
}

/// The kill came between the peer's answer and the commit: the next process writes it down, and delivers nothing again.
TEST_F(CrashGuardTest, WhatThePeerHadTakenIsWrittenDownAndNotRepeated) {
  const RecipientId taken = accept(1, {.to = "north.test", .delay = 1h}).front();
  const RecipientId other = accept(1, {.to = "north.test", .delay = 1h}).front();
  const auto waiting = loopback_.run(spool_->waiting_of(kDomain, RecipientId{0}, 2)).value();
  Outcome outcome;
  outcome.kind = Outcome::Kind::kDelivered;
  outcome.recipient = taken;
  outcome.status.code = 250;
  outcome.status.message = "kept as 4711";
  {
    auto file = TakenFile::open(disk_, directory_.path() + "/taken.now", limits_.jobs_max, "boot");
    ASSERT_TRUE(file.has_value());
    (*file)->note(0, waiting.front().message, outcome);
    outcome.recipient = other;
    (*file)->note(1, waiting.front().message, outcome);  // Another message's recipient: a note that is none.
    outcome.recipient = RecipientId{4711};
    (*file)->note(2, waiting.front().message, outcome);  // Ended long since.
  }
  crash();
  wait_until([this] { return audit().ended == 1; });
  EXPECT_EQ(audit().waiting, 1);
  EXPECT_EQ(loopback_.run(spool_->waiting_of(kDomain, RecipientId{0}, 2)).value().front().id, other);
  EXPECT_EQ(begun(taken), 0u);
  const auto newest = loopback_.run(journal_->newest(1, "")).value();
  ASSERT_EQ(newest.size(), 1u);
  EXPECT_NE(newest.front().body.find("kept as 4711"), std::string::npos) << newest.front().body;
}

TEST_F(CrashGuardTest, WhatHasBeenPutOffIsNotCharged) {
  const RecipientId later = accept(1, {.delay = 1h}).front();
  const auto message = loopback_.run(spool_->waiting_of(kDomain, RecipientId{0}, 1)).value().front().message;
  auto attempts = AttemptsFile::open(disk_, directory_.path() + "/attempts.now", limits_.jobs_max, "boot");
  ASSERT_TRUE(attempts.has_value());
  (*attempts)->began({message, later, later}, Trial::kUsual);
  crash();
  wait_until([this] {
    return AttemptsFile::open(disk_, directory_.path() + "/attempts.now", limits_.jobs_max, "boot").value()->left().empty();
  });
  EXPECT_EQ(apart().suspects, 0);
}

TEST_F(CrashGuardTest, AStopInOrderChargesNobody) {
  const RecipientId slow = accept(1, {.to = "poison.test"}).front();
  wait_until([&, this] { return begun(slow) == 1; });
  loopback_.run(queue_->stop(loopback_.clock.mono()));
  crash();
  wait_until([&, this] { return begun(slow) == 2; });
  EXPECT_EQ(apart().suspects, 0);
}

}  // namespace
}  // namespace postroad::queue
