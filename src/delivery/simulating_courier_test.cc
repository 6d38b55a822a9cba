#include "delivery/simulating_courier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "net/asio_executor.h"

namespace postroad::delivery {
namespace {

using namespace std::chrono_literals;
using Kind = queue::Outcome::Kind;
using testing::HasSubstr;

/// Delivers whatever comes this far, and says who it was.
class RealCourier final : public queue::Courier {
 public:
  asio::awaitable<std::vector<queue::Outcome>> deliver(queue::Job job, Deadline) override {
    std::vector<queue::Outcome> outcomes;
    for (const spool::Recipient& recipient : job.recipients) {
      reached.push_back(recipient.address);
      queue::Outcome outcome;
      outcome.recipient = recipient.id;
      outcome.kind = Kind::kDelivered;
      outcome.status.message = "really";
      outcomes.push_back(std::move(outcome));
    }
    co_return outcomes;
  }
  std::vector<std::string> reached;
};

/// Time passes as it is waited for.
class SteppingTimers final : public net::Timers {
 public:
  explicit SteppingTimers(ManualClock& clock) : clock_(clock) {}
  asio::awaitable<void> sleep_until(MonoTime until) override {
    clock_.advance(std::chrono::duration_cast<std::chrono::microseconds>(until - clock_.mono()));
    co_return;
  }

 private:
  ManualClock& clock_;
};

class SimulatingCourierTest : public testing::Test {
 protected:
  SimulatingCourierTest() { executor_.start(); }
  ~SimulatingCourierTest() override { executor_.stop(); }

  std::vector<queue::Outcome> deliver(SimulatingCourier::Rules rules, const std::vector<std::string>& addresses, int attempts = 0) {
    rules.hostname = "mail.test";
    SimulatingCourier courier(clock_, timers_, real_, std::move(rules));
    auto message = std::make_shared<spool::Message>();
    message->sender = "shop@acme.test";
    message->bytes = 900;
    queue::Job job{.message = message, .lane = addresses.front().substr(addresses.front().find('@') + 1), .recipients = {}};
    std::int64_t id = 0;
    for (const std::string& address : addresses) {
      job.recipients.push_back({.id = RecipientId{++id}, .address = address, .lane = address.substr(address.find('@') + 1), .attempts = attempts});
    }
    std::vector<queue::Outcome> outcomes = executor_.run_on(0, courier.deliver(std::move(job), clock_.mono() + 600s));
    std::ranges::sort(outcomes, {}, [](const queue::Outcome& outcome) { return outcome.recipient.value; });
    return outcomes;
  }
  queue::Outcome deliver_one(const std::string& address, int attempts = 0) {
    return deliver({.all_domains = true, .own_domain = "sim.mail.test"}, {address}, attempts).front();
  }

  ManualClock clock_;
  SteppingTimers timers_{clock_};
  net::AsioExecutor executor_;
  RealCourier real_;
};

TEST_F(SimulatingCourierTest, AnswersAsRealServersDo) {
  struct Case {
    std::string address;
    int attempts;
    Kind kind;
    int code;
    std::string enhanced, reason, transcript;
  };
  for (const Case& one : {
           Case{"deliver@corp.test", 0, Kind::kDelivered, 250, "2.0.0", "", "< 250 2.0.0 Ok: queued"},
           Case{"bounce+7@corp.test", 0, Kind::kBounced, 550, "5.1.1", "bounce", "> RCPT TO:<bounce+7@corp.test>\n+0 ms < 550 5.1.1"},
           Case{"data-554@corp.test", 0, Kind::kBounced, 554, "5.0.0", "bounce", "> (900 bytes of message)\n+0 ms < 554 5.0.0"},
           Case{"mail-421@corp.test", 0, Kind::kDeferred, 421, "4.3.2", "generic", "> MAIL FROM:<shop@acme.test>\n+0 ms < 421 4.3.2"},
           Case{"blocked@corp.test", 0, Kind::kBounced, 550, "5.7.1", "espblock", "< 550 5.7.1"},
           Case{"full@corp.test", 5, Kind::kDeferred, 452, "4.2.2", "generic", "< 452 4.2.2"},
           Case{"softbounce@corp.test", 0, Kind::kDeferred, 451, "4.3.0", "generic", "< 451 4.3.0"},
           Case{"softbounce@corp.test", 1, Kind::kDelivered, 250, "2.0.0", "", "< 250 2.0.0"},
           Case{"greylist@corp.test", 0, Kind::kDeferred, 451, "4.7.1", "greylisted", "< 451 4.7.1 Greylisted"},
           Case{"greylist@corp.test", 2, Kind::kDelivered, 250, "2.0.0", "", "< 250 2.0.0"},
           Case{"timeout@corp.test", 3, Kind::kDeferred, 499, "4.4.1", "generic", "no answer to RCPT TO within 300 s"},
           Case{"data-timeout@corp.test", 0, Kind::kDeferred, 499, "4.4.1", "generic", "no answer to the end of DATA within 600 s"},
           Case{"tlsfail@corp.test", 0, Kind::kDeferred, 499, "4.7.5", "generic", "TLS handshake failed"},
           Case{"nxdomain@corp.test", 0, Kind::kBounced, 498, "5.1.2", "generic", "No MX for corp.test"},
           Case{"anybody@bounce.mailgun.org", 0, Kind::kBounced, 550, "5.1.1", "bounce", "< 550 5.1.1"},
           Case{"complain@corp.test", 0, Kind::kDelivered, 250, "2.0.0", "", "a complaint report should follow, which this version does not make"},
       }) {
    SCOPED_TRACE(one.address);
    const queue::Outcome outcome = deliver_one(one.address, one.attempts);
    EXPECT_EQ(outcome.kind, one.kind);
    EXPECT_EQ(outcome.status.code, one.code);
    EXPECT_EQ(outcome.status.enhanced_code, one.enhanced);
    EXPECT_EQ(outcome.status.mx_host, "simulator");
    if (!one.reason.empty()) EXPECT_EQ(outcome.reason, one.reason);
    EXPECT_THAT(outcome.transcript, HasSubstr(one.transcript));
    EXPECT_THAT(outcome.transcript, HasSubstr("simulated"));
  }
  EXPECT_TRUE(real_.reached.empty());
}

TEST_F(SimulatingCourierTest, HandsOrdinaryRecipientsOnAndAnswersForAll) {
  const std::vector<queue::Outcome> outcomes =
      deliver({.all_domains = true, .own_domain = "sim.mail.test"}, {"bounce@corp.test", "ana@corp.test", "452@corp.test", "bo@corp.test"});
  ASSERT_EQ(outcomes.size(), 4u);
  EXPECT_EQ(outcomes[0].kind, Kind::kBounced);
  EXPECT_EQ(outcomes[2].kind, Kind::kDeferred);
  EXPECT_EQ(real_.reached, (std::vector<std::string>{"ana@corp.test", "bo@corp.test"}));
}

TEST_F(SimulatingCourierTest, LiveServesOnlyItsOwnDomain) {
  const SimulatingCourier::Rules live{.all_domains = false, .own_domain = "sim.mail.test"};
  EXPECT_EQ(deliver(live, {"bounce@corp.test"}).front().status.message, "really");
  EXPECT_EQ(deliver(live, {"x@bounce.mailgun.org"}).front().status.message, "really");
  EXPECT_EQ(real_.reached, (std::vector<std::string>{"bounce@corp.test", "x@bounce.mailgun.org"}));
  EXPECT_EQ(deliver(live, {"deliver@sim.mail.test"}).front().kind, Kind::kDelivered);
  EXPECT_EQ(deliver(live, {"452@sim.mail.test"}).front().kind, Kind::kDeferred);
  EXPECT_EQ(deliver(live, {"typo@sim.mail.test"}).front().status.code, 550);
  EXPECT_EQ(real_.reached.size(), 2u);
}

TEST_F(SimulatingCourierTest, TakesItsTimeOnTheSandboxsClock) {
  const queue::Outcome slow = deliver_one("deliver+after30s@corp.test");
  EXPECT_DOUBLE_EQ(slow.status.session_seconds, 30);
  const auto warped = deliver({.all_domains = true, .own_domain = "sim.mail.test", .warp = Warp{600}}, {"bounce+after30s@corp.test"});
  EXPECT_DOUBLE_EQ(warped.front().status.session_seconds, 0.05);
  EXPECT_EQ(warped.front().status.code, 550);
}

}  // namespace
}  // namespace postroad::delivery
