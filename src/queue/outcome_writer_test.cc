#include "queue/outcome_writer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "events/journal_repository.h"
#include "queue/two_clocks.h"
#include "spool/spool_repository.h"
#include "storage/store.h"

namespace postroad::queue {
namespace {

using namespace std::chrono_literals;

/// A store that nothing reaches: only the unit is looked at.
class NoStore final : public storage::Store {
 public:
  asio::awaitable<Result<WallTime>> commit(storage::Unit) override { co_return WallTime{}; }
  asio::awaitable<Result<void>> query(const storage::Statement&, std::vector<storage::Value>, storage::RowReader) override {
    co_return Result<void>{};
  }
  Result<void> query_now(const storage::Statement&, std::vector<storage::Value>, storage::RowReader) override { return {}; }
  Result<std::string> read_content(std::int64_t) override { return std::string(); }
  bool writable() const override { return true; }
};

class OutcomeWriterTest : public testing::Test {
 protected:
  Written write(Outcome outcome, spool::Recipient recipient) { return write(std::move(outcome), std::move(recipient), clock_.wall()); }
  Written write(Outcome outcome, spool::Recipient recipient, WallTime accepted) {
    auto message = std::make_shared<spool::Message>();
    message->id = MessageId{7};
    message->domain = DomainId{3};
    message->accepted = accepted;
    message->facts_message = "\"headers\":{}";
    message->facts_rest = "\"tags\":[]";
    outcome.recipient = recipient.id;
    Job job{.message = message, .lane = "north.test", .recipients = {std::move(recipient)}};
    unit_ = {};
    return writer_.write(unit_, job, {std::move(outcome)}).front();
  }
  spool::Recipient waiting(int attempts = 0) {
    return {.id = RecipientId{11}, .address = "ana@north.test", .lane = "north.test", .due = clock_.wall(),
            .expires = clock_.wall() + 8h, .attempts = attempts, .first_attempt = {}};
  }
  boost::json::object event() const {
    return boost::json::parse(std::get<std::string>(unit_.steps().back().values.at(8))).as_object();
  }
  std::int64_t ending() const { return std::get<std::int64_t>(unit_.steps().back().values.at(2)); }
  bool ends_row() const { return unit_.steps().front().statement == &spool::sql::kEndRecipient; }

  TwoClocks clock_;
  SeededRandom random_{1};
  IdSource ids_{clock_};
  NoStore store_;
  spool::Spool spool_{store_, ids_};
  events::Journal journal_{store_};
  RetrySchedule schedule_;
  OutcomeWriter writer_{clock_, random_, spool_, journal_, schedule_};
  storage::Unit unit_;
};

TEST_F(OutcomeWriterTest, EveryEndingIsOneRowGoneAndOneEventInOneUnit) {
  for (const auto& [kind, name] : {std::pair{Outcome::Kind::kDelivered, "delivered"},
                                   std::pair{Outcome::Kind::kBounced, "failed"},
                                   std::pair{Outcome::Kind::kRejected, "rejected"}}) {
    Outcome outcome;
    outcome.kind = kind;
    const Written written = write(std::move(outcome), waiting());
    EXPECT_EQ(written.fate, Written::Fate::kEnded) << name;
    ASSERT_EQ(unit_.steps().size(), 2u) << name;
    EXPECT_TRUE(ends_row()) << name;
    EXPECT_EQ(unit_.steps().front().expected.rows, storage::Expectation::Rows::kExactlyOne)
        << "a second ending must be refused";
    EXPECT_EQ(ending(), 1) << name;
    EXPECT_EQ(event().at("event").as_string(), name);
    EXPECT_EQ(event().at("recipient").as_string(), "ana@north.test");
  }
}

TEST_F(OutcomeWriterTest, ADeferralWaitsByTheTimetableAndSaysSo) {
  const Written written = write(Outcome{}, waiting(1));
  EXPECT_EQ(written.fate, Written::Fate::kWaits);
  EXPECT_EQ(written.recipient.attempts, 2);
  EXPECT_EQ(written.recipient.due, clock_.wall() + 15min);
  EXPECT_FALSE(ends_row());
  EXPECT_EQ(ending(), 0);
  EXPECT_EQ(event().at("severity").as_string(), "temporary");
  EXPECT_EQ(event().at("delivery-status").at("retry-seconds").as_int64(), 900);
  EXPECT_EQ(event().at("delivery-status").at("attempt-no").as_int64(), 2);
}

TEST_F(OutcomeWriterTest, ADeferralAtTheEndOfItsTimeIsTooOld) {
  spool::Recipient recipient = waiting(7);
  recipient.expires = clock_.wall();
  Outcome outcome;
  outcome.status.message = "connection refused";
  const Written written = write(std::move(outcome), std::move(recipient));
  EXPECT_EQ(written.fate, Written::Fate::kEnded);
  EXPECT_TRUE(ends_row());
  EXPECT_EQ(event().at("severity").as_string(), "permanent");
  EXPECT_EQ(event().at("reason").as_string(), "old");
  EXPECT_EQ(event().at("delivery-status").at("code").as_int64(), 602);
  EXPECT_EQ(event().at("delivery-status").at("message").as_string(), "Too old");
  EXPECT_EQ(event().at("delivery-status").at("description").as_string(), "connection refused");
}

/// A day ahead by hand, after the first of eight hours: seven are left.
TEST_F(OutcomeWriterTest, AClockSetAheadEndsNothingEarly) {
  spool::Recipient recipient = waiting(3);
  const WallTime accepted = clock_.wall();
  clock_.advance(1h);
  clock_.set(24h);
  Outcome outcome;
  outcome.status.message = "connection refused";
  const Written written = write(std::move(outcome), recipient, accepted);
  EXPECT_EQ(written.fate, Written::Fate::kWaits);
  EXPECT_EQ(written.recipient.due, clock_.wall() + 1h);
  clock_.advance(7h);
  Outcome last;
  EXPECT_EQ(write(std::move(last), written.recipient, accepted).fate, Written::Fate::kEnded);
}

TEST_F(OutcomeWriterTest, HeldContentChangesNothing) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::kHeld;
  EXPECT_EQ(write(std::move(outcome), waiting()).fate, Written::Fate::kHeld);
  EXPECT_TRUE(unit_.empty());
}

}  // namespace
}  // namespace postroad::queue
