#include "app/log_query.h"

#include <gtest/gtest.h>

namespace postroad::app {
namespace {

using namespace std::chrono_literals;

LogEntry entry() {
  LogEntry one;
  one.event = boost::json::parse(R"({"timestamp":1000000.5,"event":"failed","recipient":"ana@corp.test","reason":"bounce",
      "message":{"headers":{"from":"Shop <shop@acme.test>","to":"Ana <ana@corp.test>, bo@corp.test","subject":"Invoice 4711","message-id":"1@acme.test"}}})")
                  .as_object();
  one.type = "failed";
  return one;
}

Result<LogQuery> parse(std::vector<std::string> words, std::string since = "", std::string event = "") {
  LogArguments arguments;
  arguments.query = std::move(words);
  arguments.since = std::move(since);
  arguments.event = std::move(event);
  return LogQuery::parse(arguments, WallTime{1'000'100s});
}

TEST(LogQuery, MatchesWhenEveryWordIsWhereItShouldBe) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {}, {"ana@corp.test"}, {"INVOICE"}, {"to:ana"}, {"to:bo@corp.test"}, {"from:shop"}, {"subject:4711"}, {"event:failed"},
           {"1@acme.test"}, {"to:ana", "subject:invoice", "event:FAILED", "bounce"}, {"to:"}}) {
    EXPECT_TRUE(parse(words)->matches(entry())) << (words.empty() ? "" : words.front());
  }
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"nobody"}, {"to:shop"}, {"from:ana"}, {"subject:ana"}, {"event:delivered"}, {"event:fail"}, {"to:ana", "subject:other"}}) {
    EXPECT_FALSE(parse(words)->matches(entry())) << words.front();
  }
  EXPECT_TRUE(parse({}, "", "failed")->matches(entry()));
  EXPECT_FALSE(parse({}, "", "delivered")->matches(entry()));
}

TEST(LogQuery, KeepsToItsTime) {
  EXPECT_TRUE(parse({}, "2m")->matches(entry()));
  EXPECT_FALSE(parse({}, "99s")->matches(entry()));
  EXPECT_EQ(parse({}, "soon").error().code, ErrorCode::kInvalidArgument);
}

TEST(LogQuery, HintIsOnlyWhatTheStoreComparesAlike) {
  EXPECT_EQ(parse({"to:ana@corp.test", "4711"})->hint(), "ana@corp.test");
  EXPECT_EQ(parse({"subject:\"quoted\""})->hint(), "");
  EXPECT_EQ(parse({"gr\xc3\xbc\xc3\x9f" "e", "a"})->hint(), "a");
  EXPECT_EQ(parse({})->hint(), "");
}

}  // namespace
}  // namespace postroad::app
