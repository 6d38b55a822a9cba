#include "app/log_query.h"

#include <gtest/gtest.h>

namespace postroad::app {
namespace {

using namespace std::chrono_literals;

LogEntry entry() {
  LogEntry one;
  one.event = boost::json::parse(R"({"timestamp":1000000.5,"event":"failed","severity":"permanent","recipient":"ana@corp.test","reason":"bounce",
      "tags":["news","May sale"],"user-variables":{"order":"A-17"},
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

TEST(LogQuery, MatchesWhenEveryTermIsWhereItShouldBe) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {}, {"ana@corp.test"}, {"INVOICE"}, {"invoice 4711"}, {"to:ana"}, {"TO:bo@corp.test"}, {"to:corp.test"}, {"from:shop"}, {"subject:4711"},
           {"event:failed"}, {"1@acme.test"}, {"msgid:<1@acme.test>"}, {"tag:news"}, {"tag:may sale"}, {"a-17"}, {"permanent"},
           {"to:ana", "subject:invoice", "event:FAILED", "news"}, {"to:"}, {"after:2m", "before:1m"}, {"after:1000000", "before:1000001"},
           {"after:1970-01-12T13:46:40Z"}}) {
    EXPECT_TRUE(parse(words)->matches(entry())) << (words.empty() ? "" : words.front());
  }
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"nobody"}, {"to:shop"}, {"from:ana"}, {"subject:ana"}, {"event:delivered"}, {"event:fail"}, {"to:ana", "subject:other"}, {"invo"},
           {"4711 invoice"}, {"tag:may"}, {"msgid:1"}, {"to:na@corp.test"}, {"after:99s"}, {"before:1000000"}, {"before:1970-01-12"},
           {"\"OR\""}, {"zz\\"}}) {
    EXPECT_FALSE(parse(words)->matches(entry())) << words.front();
  }
  EXPECT_TRUE(parse({}, "", "failed")->matches(entry()));
  EXPECT_FALSE(parse({}, "", "delivered")->matches(entry()));
}

TEST(LogQuery, KeepsToItsTime) {
  EXPECT_TRUE(parse({}, "2m")->matches(entry()));
  EXPECT_FALSE(parse({}, "99s")->matches(entry()));
  for (const auto& refused : {parse({}, "soon"), parse({"after:soon"}), parse(std::vector<std::string>(LogCondition::kTermsMax + 1, "a"))}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(LogQuery, TheIndexHasWhateverItIsAskedForWhenAnEventMatches) {
  const LogEntry one = entry();
  const std::string body = boost::json::serialize(one.event);
  search::EventFields fields;
  fields.set(body);
  std::vector<search::Key> filed;
  search::collect_keys(fields, DomainId{1}, filed);
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"ana@corp.test"}, {"invoice 4711"}, {"to:ana"}, {"to:bo@corp.test"}, {"from:shop"}, {"tag:may sale"}, {"order"}, {"1@acme.test"}}) {
    const std::vector<search::AnyKey> needs = parse(words)->condition().needs();
    ASSERT_FALSE(needs.empty()) << words.front();
    for (const search::AnyKey& any : needs) {
      EXPECT_TRUE(std::ranges::any_of(any, [&](search::Key key) { return std::ranges::find(filed, key) != filed.end(); })) << words.front();
    }
  }
  const std::vector<search::AnyKey> absent = parse({"nobody"})->condition().needs();
  ASSERT_EQ(absent.size(), 1u);
  EXPECT_FALSE(std::ranges::any_of(absent.front(), [&](search::Key key) { return std::ranges::find(filed, key) != filed.end(); }));
}

}  // namespace
}  // namespace postroad::app
