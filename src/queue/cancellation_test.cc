#include "queue/cancellation.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "events/journal_repository.h"
#include "net/loopback_fixture.h"
#include "queue/queue.h"
#include "spool/spool_repository.h"
#include "storage/testing/store_fixture.h"

namespace postroad::queue {
namespace {

using namespace std::chrono_literals;

std::vector<storage::Migration> migrations() {
  std::vector<storage::Migration> all;
  for (const auto some : {spool::migrations(), events::migrations()}) all.insert(all.end(), some.begin(), some.end());
  return all;
}

/// Delivers everything it is given, but only once the gate is open. Loop 0 only.
class GatedCourier final : public Courier {
 public:
  explicit GatedCourier(asio::any_io_executor loop) : gate_(loop, asio::steady_timer::time_point::max()) {}
  asio::awaitable<std::vector<Outcome>> deliver(Job job, Deadline) override {
    delivered += job.recipients.size();
    boost::system::error_code ignored;
    if (!open_) co_await gate_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    std::vector<Outcome> outcomes;
    for (const spool::Recipient& recipient : job.recipients) {
      outcomes.emplace_back().recipient = recipient.id;
      outcomes.back().kind = Outcome::Kind::kDelivered;
    }
    co_return outcomes;
  }
  void open() {
    open_ = true;
    gate_.cancel();
  }
  std::atomic<std::size_t> delivered{0};

 private:
  bool open_ = false;
  asio::steady_timer gate_;
};

class CancellationTest : public testing::Test {
 protected:
  CancellationTest() : courier_(loopback_.executor.loop(0)) {
    auto opened = storage::SqliteStore::open(disk_, loopback_.clock, random_,
                                             {.directory = directory_.path(), .segment_bytes = 8u << 20}, migrations());
    EXPECT_TRUE(opened.has_value()) << opened.error().detail;
    store_ = *std::move(opened);
    spool_ = std::make_unique<spool::Spool>(*store_, ids_);
    journal_ = std::make_unique<events::Journal>(*store_);
    writer_ = std::make_unique<OutcomeWriter>(loopback_.clock, random_, *spool_, *journal_, schedule_);
    queue_ = std::make_unique<Queue>(loopback_.clock, loopback_.timers, loopback_.executor, *store_, *spool_, *writer_,
                                     courier_, QueueLimits{});
    spool_->set_listener(*queue_);
    cancellation_ = std::make_unique<Cancellation>(loopback_.clock, random_, *store_, *spool_, *journal_);
    EXPECT_TRUE(queue_->start().has_value());
  }
  ~CancellationTest() override {
    loopback_.run(queue_->stop(loopback_.soon()));
    loopback_.run(store_->stop());
  }
  /// A message with `count` recipients, due after `delay`; their ids.
  std::vector<RecipientId> accept(int count, std::chrono::seconds delay, DomainId domain = kDomain) {
    storage::Unit unit;
    spool::Message message;
    message.id = spool_->new_message_id();
    message.domain = domain;
    message.facts_message = "\"headers\":{}";
    message.facts_rest = "\"tags\":[]";
    std::vector<spool::Recipient> recipients;
    std::vector<RecipientId> ids;
    for (int i = 0; i < count; ++i) {
      spool::Recipient& one = recipients.emplace_back();
      one.id = spool_->new_recipient_id();
      one.address = "u" + std::to_string(i) + "@north.test";
      one.lane = "north.test";
      one.due = loopback_.clock.wall() + delay;
      one.expires = one.due + 8h;
      ids.push_back(one.id);
      journal_->append(unit, {.type = events::EventType::kAccepted, .id = "a", .domain = domain, .message = message.id,
                              .recipient = one.id, .address = one.address, .body = "{\"a\":1}", .transcript = {}});
    }
    spool_->add(unit, std::move(message), "content", std::move(recipients));
    EXPECT_TRUE(loopback_.run(store_->commit(std::move(unit))).has_value());
    return ids;
  }
  void wait_until(const std::function<bool()>& true_) {
    while (!true_()) loopback_.run(loopback_.timers.sleep_until(loopback_.clock.mono() + 1ms));
  }
  bool idle() { return loopback_.run(queue_->view()).empty(); }
  events::Audit audit() { return loopback_.run(journal_->audit()).value(); }
  void open_gate() {
    asio::post(loopback_.executor.loop(0), [this] { courier_.open(); });
  }

  static constexpr DomainId kDomain{7};
  storage::testing::TemporaryDirectory directory_;
  storage::RealDisk disk_;
  SystemRandom random_;
  net::Loopback loopback_;
  IdSource ids_{loopback_.clock};
  RetrySchedule schedule_;
  GatedCourier courier_;
  std::unique_ptr<storage::SqliteStore> store_;
  std::unique_ptr<spool::Spool> spool_;
  std::unique_ptr<events::Journal> journal_;
  std::unique_ptr<OutcomeWriter> writer_;
  std::unique_ptr<Queue> queue_;
  std::unique_ptr<Cancellation> cancellation_;
};

TEST_F(CancellationTest, WhatWaitsIsNeverTried) {
  accept(1200, 2s);  // More than a window.
  accept(3, 2s, DomainId{8});
  EXPECT_EQ(loopback_.run(cancellation_->cancel_all(kDomain)).value(), 1200);
  open_gate();
  wait_until([this] { return audit().waiting == 0; });
  wait_until([this] { return idle(); });
  EXPECT_EQ(courier_.delivered, 3u) << "another domain's mail goes out";
  EXPECT_TRUE(audit().balanced());
  EXPECT_EQ(audit().ended, 1203);
}

TEST_F(CancellationTest, ADeliveryUnderWayEndsOnceAndItsLaneGoesOn) {
  accept(3, 0s);
  wait_until([this] { return courier_.delivered == 3; });
  EXPECT_EQ(loopback_.run(cancellation_->cancel_all(kDomain)).value(), 3);
  open_gate();
  wait_until([this] { return idle(); });
  accept(2, 0s);
  wait_until([this] { return audit().ended == 5; });
  EXPECT_TRUE(audit().balanced());
}

TEST_F(CancellationTest, AnOutcomeThatComesTooLateTakesNoOtherWithIt) {
  const std::vector<RecipientId> ids = accept(3, 0s);
  wait_until([this] { return courier_.delivered == 3; });
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
