#pragma once
// For tests: a queue over a real store, and a courier that holds what it is told to hold.
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "events/journal_repository.h"
#include "net/loopback_fixture.h"
#include "queue/cancellation.h"
#include "queue/interventions.h"
#include "queue/queue.h"
#include "queue/queue_repository.h"
#include "spool/spool_repository.h"
#include "storage/testing/store_fixture.h"

namespace postroad::queue {

using namespace std::chrono_literals;

/// Delivers everything it is given; what `holds` names, only once the gate is open. Loop 0 only.
class GatedCourier final : public Courier {
 public:
  explicit GatedCourier(asio::any_io_executor loop) : gate_(loop, asio::steady_timer::time_point::max()) {}
  asio::awaitable<std::vector<Outcome>> deliver(Job job, Deadline) override {
    for (const spool::Recipient& recipient : job.recipients) begun.push_back(recipient);
    taken += job.recipients.size();
    boost::system::error_code ignored;
    while (!open_ && holds(job)) co_await gate_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    std::vector<Outcome> outcomes;
    for (const spool::Recipient& recipient : job.recipients) {
      outcomes.emplace_back().recipient = recipient.id;
      outcomes.back().kind = kind;
    }
    co_return outcomes;
  }
  void open() {
    open_ = true;
    gate_.cancel();
  }

  std::function<bool(const Job&)> holds = [](const Job&) { return true; };
  Outcome::Kind kind = Outcome::Kind::kDelivered;
  std::vector<spool::Recipient> begun;  ///< In this order.
  std::atomic<std::size_t> taken{0};    ///< Recipients.

 private:
  bool open_ = false;
  asio::steady_timer gate_;
};

class QueueFixture : public testing::Test {
 protected:
  explicit QueueFixture(QueueLimits limits = {}, bool guarded = false) : limits_(limits), guarded_(guarded), courier_(loopback_.executor.loop(0)) {
    std::vector<storage::Migration> migrations;
    for (const auto some : {spool::migrations(), events::migrations(), queue::migrations()}) migrations.insert(migrations.end(), some.begin(), some.end());
    auto opened = storage::SqliteStore::open(disk_, loopback_.clock, random_,
                                             {.directory = directory_.path(), .segment_bytes = 8u << 20}, migrations);
    EXPECT_TRUE(opened.has_value()) << opened.error().detail;
    store_ = *std::move(opened);
    spool_ = std::make_unique<spool::Spool>(*store_, ids_);
    journal_ = std::make_unique<events::Journal>(*store_);
    writer_ = std::make_unique<OutcomeWriter>(loopback_.clock, random_, *spool_, *journal_, schedule_);
    cancellation_ = std::make_unique<Cancellation>(loopback_.clock, random_, *store_, *spool_, *journal_);
    start_queue();
  }
  ~QueueFixture() override {
    open_gate();
    for (const auto& one : dead_) loopback_.run(one->stop(loopback_.soon()));
    loopback_.run(queue_->stop(loopback_.soon()));
    loopback_.run(store_->stop());
    loopback_.executor.stop();  // What sleeps must not wake in a queue that has gone.
  }

  /// Takes the place of one that was there before, as after a restart.
  void start_queue() {
    if (guarded_) {
      auto attempts = AttemptsFile::open(disk_, directory_.path() + "/attempts.now", limits_.jobs_max, "boot");
      EXPECT_TRUE(attempts.has_value());
      guards_.push_back(std::make_unique<CrashGuard>(loopback_.clock, random_, *store_, *journal_, *std::move(attempts), last_end_));
      auto taken = TakenFile::open(disk_, directory_.path() + "/taken.now", limits_.jobs_max, "boot");
      EXPECT_TRUE(taken.has_value());
      taken_.push_back(*std::move(taken));
    }
    queue_ = std::make_unique<Queue>(loopback_.clock, loopback_.timers, loopback_.executor, *store_, *spool_, *writer_,
                                     courier_, limits_, guarded_ ? guards_.back().get() : nullptr,
                                     guarded_ ? taken_.back().get() : nullptr);
    if (rules_ == nullptr) rules_ = std::make_unique<LaneRules>(*store_);  // A queue of before may be there still.
    EXPECT_TRUE(rules_->load().has_value());
    queue_->obey(*rules_);
    spool_->set_listener(*queue_);
    EXPECT_TRUE(queue_->start().has_value());
  }

  /// The process ends with whatever is under way; the next one starts. Attempts of the former are never heard of again,
  /// unless the gate opens.
  void crash(LastEnd end = LastEnd::kFault) {
    last_end_ = end;
    dead_.push_back(std::move(queue_));
    start_queue();
  }

  struct Mail {
    std::string to = "north.test";
    std::chrono::milliseconds delay{0};
    DomainId domain = kDomain;
    spool::Priority priority = spool::Priority::kBulk;
  };
  /// A message with `count` recipients; their ids.
  std::vector<RecipientId> accept(int count, Mail mail) {
    storage::Unit unit;
    spool::Message message;
    message.id = spool_->new_message_id();
    message.domain = mail.domain;
    message.facts_message = "\"headers\":{}";
    message.facts_rest = "\"tags\":[]";
    std::vector<spool::Recipient> recipients;
    std::vector<RecipientId> ids;
    for (int i = 0; i < count; ++i) {
      spool::Recipient& one = recipients.emplace_back();
      one.id = spool_->new_recipient_id();
      one.address = "u" + std::to_string(i) + "@" + mail.to;
      one.lane = mail.to;
      one.due = loopback_.clock.wall() + mail.delay;
      one.expires = one.due + 8h;
      one.priority = mail.priority;
      ids.push_back(one.id);
      journal_->append(unit, {.type = events::EventType::kAccepted, .id = "a", .domain = mail.domain, .message = message.id,
                              .recipient = one.id, .address = one.address, .body = "{\"a\":1}", .transcript = {}});
    }
    spool_->add(unit, std::move(message), "content", std::move(recipients));
    EXPECT_TRUE(loopback_.run(store_->commit(std::move(unit))).has_value());
    return ids;
  }
  void wait_until(const std::function<bool()>& true_) {
    while (!true_()) loopback_.run(loopback_.timers.sleep_until(loopback_.clock.mono() + 1ms));
  }
  /// By then the queue has done all it can about what was accepted before and is in memory.
  std::vector<LaneView> view() { return loopback_.run(queue_->view()); }
  bool idle() { return view().empty(); }
  std::size_t under_way(std::string_view lane, spool::Priority priority) {
    for (const LaneView& one : view()) {
      if (one.lane == lane && one.priority == priority) return one.in_flight;
    }
    return 0;
  }
  events::Audit audit() { return loopback_.run(journal_->audit()).value(); }
  void open_gate() {
    asio::post(loopback_.executor.loop(0), [this] { courier_.open(); });
  }

  static constexpr DomainId kDomain{7};
  const QueueLimits limits_;
  const bool guarded_;
  storage::testing::TemporaryDirectory directory_;
  storage::RealDisk disk_;
  SystemRandom random_;
  net::Loopback loopback_;
  IdSource ids_{loopback_.clock};
  RetrySchedule schedule_;
  GatedCourier courier_;
  std::unique_ptr<storage::SqliteStore> store_;
  std::unique_ptr<spool::Spool> spool_;
  std::unique_ptr<LaneRules> rules_;
  std::unique_ptr<events::Journal> journal_;
  std::unique_ptr<OutcomeWriter> writer_;
  LastEnd last_end_ = LastEnd::kUnknown;
  std::vector<std::unique_ptr<CrashGuard>> guards_;
  std::vector<std::unique_ptr<TakenFile>> taken_;
  std::vector<std::unique_ptr<Queue>> dead_;
  std::unique_ptr<Queue> queue_;
  std::unique_ptr<Cancellation> cancellation_;
};

}  // namespace postroad::queue
