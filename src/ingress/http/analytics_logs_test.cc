// POST /v1/analytics/logs: filters, ranges, tokens, totals, shape, refusals.
#include "ingress/http/api_fixture.h"

namespace postroad::ingress::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class AnalyticsLogs : public ApiTest {
 protected:
  void SetUp() override {
    account::NewDomain wanted{.name = "news.example.com", .dkim_selector = {}};
    ASSERT_TRUE(executor_.run_on(0, accounts_->create_domain(std::move(wanted))).has_value());
    ASSERT_EQ(call("POST", "/v3/mail.example.com/messages",
                   encoded({{"from", "Shop <app@mail.example.com>"}, {"to", "ana@north.example"}, {"subject", "Your order 7781"}, {"text", "hi"},
                            {"o:tag", "orders"}, {"v:order", "7781"}})).status, 200);
    ASSERT_EQ(call("POST", "/v3/news.example.com/messages",
                   encoded({{"from", "news@news.example.com"}, {"to", "bo@south.test"}, {"subject", "News"}, {"text", "hi"}, {"o:tag", "weekly"}})).status, 200);
    ASSERT_EQ(call("POST", "/v3/mail.example.com/messages",
                   encoded({{"from", "Shop <app@mail.example.com>"}, {"to", "cy@north.example"}, {"subject", "Your order 9"}, {"text", "hi"}})).status, 200);
    deliver("ana@north.example");
  }
  /// As the queue writes it.
  void deliver(const std::string& recipient) {
    events::DeliveryStatus status{.code = 550, .message = "no such user", .bounce_type = "hard"};
    const DomainId domain = accounts_->directory()->domain("mail.example.com")->id;
    storage::Unit unit;
    events::SharedFields shared{R"("headers":{"subject":"Your order 7781","message-id":"x@y"},"size":5)", R"("tags":[],"user-variables":{})"};
    journal_->append(unit, {.type = events::EventType::kFailed, .ending = events::Ending::kYes, .severity = events::Severity::kPermanent,
                            .id = "f", .domain = domain, .message = {}, .recipient = RecipientId{-1}, .address = recipient,
                            .body = events::render_failed("f", events::Severity::kPermanent, "bounce", {}, status, shared, recipient), .transcript = {}});
    ASSERT_TRUE(executor_.run_on(0, store_->commit(std::move(unit))).has_value());
  }
  Response logs(std::string body) { return call("POST", "/v1/analytics/logs", std::move(body), kKey, "application/json"); }
  static std::string clause(std::string_view attribute, std::string_view comparator, std::string_view value) {
    return R"({"filter":{"AND":[{"attribute":")" + std::string(attribute) + R"(","comparator":")" + std::string(comparator) +
           R"(","values":[{"label":"x","value":")" + std::string(value) + R"("}]}]}})";
  }
};

TEST_F(AnalyticsLogs, AnswersInTheShapeOfTheContract) {
  const Response got = logs(R"({"events":["accepted"],"include_totals":true,"pagination":{"sort":"timestamp:desc","token":"","limit":2}})");
  ASSERT_EQ(got.status, 200) << got.body;
  const boost::json::value page = parsed(got);
  EXPECT_THAT(recipients(got), ElementsAre("cy@north.example", "bo@south.test"));
  EXPECT_EQ(page.at("pagination").at("total").as_int64(), 3);
  EXPECT_EQ(page.at("aggregates").at("all").as_int64(), 3);
  EXPECT_TRUE(page.at("aggregates").at("metrics").is_object());
  EXPECT_THAT(std::string(page.at("start").as_string()), testing::MatchesRegex("..., .. ... 20.. ..:..:.. .0000"));
  const boost::json::value& item = page.at("items").as_array()[0];
  EXPECT_THAT(std::string(item.at("@timestamp").as_string()), testing::MatchesRegex("20..-..-..T..:..:..[.]...Z"));
  EXPECT_EQ(item.at("domain").at("name").as_string(), "mail.example.com");
  EXPECT_TRUE(item.at("account").at("id").is_string());
  EXPECT_EQ(item.at("user-variables").as_string(), "{}");
  EXPECT_TRUE(item.at("storage").at("url").is_array());
  EXPECT_FALSE(item.as_object().contains("timestamp"));
}

TEST_F(AnalyticsLogs, PagesBothWaysByToken) {
  const auto token = [](const Response& page, const char* which) { return std::string(parsed(page).at("pagination").at(which).as_string()); };
  const auto at = [&](const std::string& there) {
    return logs(R"({"events":["accepted"],"pagination":{"sort":"timestamp:asc","limit":2,"token":")" + there + R"("}})");
  };
  const Response first = at("");
  EXPECT_THAT(recipients(first), ElementsAre("ana@north.example", "bo@south.test"));
  const Response second = at(token(first, "next"));
  EXPECT_THAT(recipients(second), ElementsAre("cy@north.example"));
  EXPECT_THAT(recipients(at(token(second, "next"))), ElementsAre());
  EXPECT_THAT(recipients(at(token(second, "previous"))), ElementsAre("ana@north.example", "bo@south.test"));
  EXPECT_THAT(recipients(at(token(second, "first"))), ElementsAre("ana@north.example", "bo@south.test"));
  EXPECT_THAT(recipients(at(token(first, "last"))), ElementsAre("bo@south.test", "cy@north.example"));
}

TEST_F(AnalyticsLogs, FiltersByEveryAttribute) {
  struct Case {
    std::string_view attribute, comparator, value;
    std::vector<std::string> recipients;  ///< Newest first, ana's failure first of all.
  };
  const std::string ana = "ana@north.example", bo = "bo@south.test", cy = "cy@north.example";
  for (const auto& [attribute, comparator, value, expected] : std::vector<Case>{
           {"domain", "=", "NEWS.example.com", {bo}}, {"domain", "!=", "news.example.com", {ana, cy, ana}}, {"domain", "=", "none.example", {}},
           {"domain", "contains", "news", {bo}}, {"id", "=", "f", {ana}}, {"ip", "=", "203.0.113.9", {}}, {"ip_pool", "!=", "x", {ana, cy, bo, ana}},
           {"recipient_domain", "=", "south.test", {bo}}, {"recipient_domain", "starts with", "nor", {ana, cy, ana}},
           {"recipient_provider", "=", "Other", {ana}}, {"country", "=", "NO", {}}, {"bot", "=", "apple", {}}, {"device", "=", "desktop", {}},
           {"subaccount", "=", "x", {}}, {"event", "=", "failed", {ana}}, {"event", "!=", "accepted", {ana}}, {"attachment_filename", "=", "a.pdf", {}},
           {"from", "contains", "shop", {cy, ana}}, {"from", "=", "news@news.example.com", {bo}}, {"message_id", "=", "<X@Y>", {ana}},
           {"subject", "=", "your order 9", {cy}}, {"subject", "contains", "der 7", {ana, ana}}, {"subject", "not contains", "order", {bo}},
           {"mailing_list_address", "=", "l@x", {}}, {"to", "contains", "bo@", {bo}}, {"size", "=", "5", {ana}}, {"recipient", "=", "BO@south.test", {bo}},
           {"recipient", "contains", "north", {ana, cy, ana}}, {"tag", "=", "weekly", {bo}}, {"tag", "!=", "weekly", {ana, cy, ana}},
           {"severity", "=", "permanent", {ana}}, {"user_variables", "contains", "7781", {ana}}, {"delivered_at", "!=", "x", {ana, cy, bo, ana}},
           {"delivery_status_code", "=", "550", {ana}}, {"delivery_status_bounce_type", "=", "hard", {ana}},
           {"delivery_status_message", "contains", "such user", {ana}}, {"is_routed", "=", "false", {cy, bo, ana}}, {"recipients", "=", "cy@north.example", {cy}}}) {
    const Response got = logs(clause(attribute, comparator, value));
    ASSERT_EQ(got.status, 200) << attribute << got.body;
    EXPECT_EQ(recipients(got), expected) << attribute << " " << comparator << " " << value;
  }
}

TEST_F(AnalyticsLogs, CountsMetricsAndJoinsThemWithEvents) {
  EXPECT_THAT(recipients(logs(R"({"metric_events":["hard_bounces"]})")), ElementsAre("ana@north.example"));
  EXPECT_THAT(recipients(logs(R"({"metric_events":["permanent_failed_count"]})")), ElementsAre("ana@north.example"));
  EXPECT_THAT(recipients(logs(R"({"metric_events":["temporary_failed_count"]})")), ElementsAre());
  EXPECT_EQ(recipients(logs(R"({"events":["accepted"],"metric_events":["bounced_count"]})")).size(), 4u);
  EXPECT_THAT(recipients(logs(R"({"events":["opened","unique_opened"]})")), ElementsAre());
  const Response both = logs(R"({"include_totals":true,"filter":{"AND":[{"attribute":"domain","comparator":"=","values":[{"value":"mail.example.com"}]},)"
                             R"({"attribute":"event","comparator":"=","values":[{"value":"accepted"},{"value":"delivered"}]}]}})");
  EXPECT_EQ(parsed(both).at("aggregates").at("all").as_int64(), 2);
}

TEST_F(AnalyticsLogs, ReadsRangesAndDurations) {
  EXPECT_EQ(recipients(logs("{}")).size(), 4u) << "a day back from now";
  EXPECT_EQ(recipients(logs(R"({"start":"","end":"Mon, 01 Jan 0001 00:00:00 +0000","duration":"1h","filter":{}})")).size(), 4u);
  const Response old = logs(R"({"start":"Sat, 28 Feb 2026 00:00:00 +0000","end":"Sun, 01 Mar 2026 12:00:00 +0000"})");
  EXPECT_EQ(recipients(old).size(), 0u);
  EXPECT_EQ(parsed(old).at("start").as_string(), "Sat, 28 Feb 2026 00:00:00 +0000");
  EXPECT_EQ(parsed(old).at("end").as_string(), "Sun, 01 Mar 2026 12:00:00 +0000");
  const Response counted_back = logs(R"({"start":"Sat, 28 Feb 2026 00:00:00 +0000","end":"Sun, 01 Mar 2026 12:00:00 +0000","duration":"2d"})");
  EXPECT_EQ(parsed(counted_back).at("start").as_string(), "Fri, 27 Feb 2026 12:00:00 +0000");
}

TEST_F(AnalyticsLogs, RefusesWhatItCannotRead) {
  for (const auto& [body, text] : {
           std::pair{R"({"pagination":{"limit":101}})", "pagination.limit must be between 1 and 100"},
           {R"({"pagination":{"sort":"size:asc"}})", "pagination.sort: 'size:asc' is neither timestamp:asc nor timestamp:desc"},
           {R"({"pagination":{"token":"W3si"}})", "pagination.token is none of ours"},
           {R"({"pagination":"x"})", "pagination is no object"},
           {R"({"events":["bounced"]})", "events: 'bounced' is no event"},
           {R"({"metric_events":["happiness"]})", "metric_events: 'happiness' is no metric"},
           {R"({"duration":"5y"})", "duration: '5y' is not a number and one of h, d, w, m"},
           {R"({"start":"soon"})", "start: 'soon' is not a date"},
           {R"({"start":"2026-03-02","end":"2026-03-01"})", "start is after end"},
           {R"({"filter":{"OR":[]}})", "filter takes AND only"},
           {R"({"filter":{"AND":[{"attribute":"colour","comparator":"=","values":["x"]}]}})", "filter: 'colour' is no attribute"},
           {R"({"filter":{"AND":[{"attribute":"tag","comparator":"~","values":["x"]}]}})", "filter: '~' is no comparator"},
           {R"({"filter":{"AND":[{"attribute":"tag","comparator":"=","values":[]}]}})", "filter: tag needs 1 to 100 values"},
           {R"({"filter":{"AND":[{"attribute":"tag","comparator":"=","values":[{"label":"x"}]}]}})", "filter: a value of tag is missing"},
           {R"({"filter":)", "unable to parse request: invalid JSON"},
       }) {
    const Response refused = logs(body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(parsed(refused).at("message").as_string(), text);
  }
  EXPECT_EQ(call("POST", "/v1/analytics/logs", "{}", "", "application/json").body, R"({"message":"Invalid private key","http_response_code":401})");
  EXPECT_EQ(call("GET", "/v1/analytics/logs").status, 405);
}

}  // namespace
}  // namespace postroad::ingress::http
