#include "app/lane_words.h"

#include <gtest/gtest.h>

#include "app/rate.h"

namespace postroad::app {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::seconds{1'800'000'000}};

LaneFacts waiting() {
  return {.lane = "corp.test", .running = true, .waiting = 12, .rule = {}, .now = kNow, .next_due = kNow + 12min, .oldest = kNow - 2h, .expires = kNow + 6h, .attempts = 3,
          .answered = kNow - 5min, .answer = "mx.corp.test: 451 4.7.1 busy"};
}

std::string told(const LaneFacts& facts) {
  std::string text;
  for (const std::string& sentence : lane_words(facts)) text += sentence + "\n";
  return text;
}

TEST(LaneWords, SayWhatIsWaitedForAndWhatWasAnswered) {
  EXPECT_EQ(told(waiting()),
            "12 recipients wait for corp.test, the oldest for 2 h.\n"
            "The next try is at Fri, 15 Jan 2027 08:12:00 GMT, in 12 min. `postroad queue retry corp.test` makes it now.\n"
            "The last answer, 5 min ago, to attempt 3: mx.corp.test: 451 4.7.1 busy\n"
            "What is not delivered by Fri, 15 Jan 2027 14:00:00 GMT, in 6 h, fails as too old.\n");
}

TEST(LaneWords, PutAnOperatorsOrderFirst) {
  LaneFacts facts = waiting();
  facts.next_due = kNow;
  facts.rule = queue::LaneRule{.lane = "corp.test", .until = kNow + 1h, .reason = "they asked", .created = kNow - 90s};
  EXPECT_NE(told(facts).find("An operator has paused the lane 1 min ago, until Fri, 15 Jan 2027 09:00:00 GMT: they asked. `postroad queue resume corp.test` ends that.\n"
                             "It is due, and will be tried when the pause ends.\n"), std::string::npos) << told(facts);
  facts.rule = queue::LaneRule{.lane = "*", .created = kNow};
  EXPECT_NE(told(facts).find("paused every lane 0 s ago. `postroad queue resume --all`"), std::string::npos) << told(facts);
  facts.rule = queue::LaneRule{.lane = "corp.test", .action = queue::LaneRule::Action::kSlow, .per_hour = 60, .created = kNow};
  EXPECT_NE(told(facts).find("slowed the lane to 60 recipients an hour"), std::string::npos) << told(facts);
}

TEST(LaneWords, TellEveryOtherReason) {
  LaneFacts facts = waiting();
  facts.running = false;
  EXPECT_NE(told(facts).find("The server does not run"), std::string::npos);
  facts = waiting();
  facts.attempts = 0;
  facts.answered = {};
  EXPECT_NE(told(facts).find("It is to be sent later: the first try is at"), std::string::npos);
  EXPECT_NE(told(facts).find("No attempt has come to an end yet."), std::string::npos);
  facts.next_due = kNow;
  facts.in_flight = 1;
  EXPECT_NE(told(facts).find("1 delivery is under way"), std::string::npos);
  facts.waiting = 0;
  EXPECT_EQ(told(facts), "Nothing waits for corp.test.\n");
}

TEST(LaneWords, SpansAreRounded) {
  EXPECT_EQ(span_words(-5s), "0 s");
  EXPECT_EQ(span_words(59s), "59 s");
  EXPECT_EQ(span_words(61s), "1 min");
  EXPECT_EQ(span_words(2h + 5min), "2 h 5 min");
  EXPECT_EQ(span_words(24h), "1 d");
  EXPECT_EQ(span_words(51h), "2 d 3 h");
}

TEST(Rate, IsSoManyAnHour) {
  EXPECT_EQ(rate_per_hour("10/s"), 36'000);
  EXPECT_EQ(rate_per_hour("60/m"), 3600);
  EXPECT_EQ(rate_per_hour("100/h"), 100);
  for (const std::string_view wrong : {"", "10", "/s", "0/s", "-1/s", "10/d", "1.5/s", "10/sec", "99999999/s"}) EXPECT_FALSE(rate_per_hour(wrong)) << wrong;
}

}  // namespace
}  // namespace postroad::app
