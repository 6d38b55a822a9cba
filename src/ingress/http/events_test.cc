// The events API as clients use it: filters, ranges, pages in both directions, polling, the log of older clients.
#include "ingress/http/api_fixture.h"

namespace postroad::ingress::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(ApiTest, PagesThroughEventsBothWaysWhileNewOnesArrive) {
  for (int i = 1; i <= 5; ++i) ASSERT_EQ(send("&to=r" + std::to_string(i) + "@north.example").status, 200);
  // Each call has two recipients; newest first.
  const Response first = call("GET", "/v3/mail.example.com/events?limit=4");
  const std::vector<std::string> newest = recipients(first);
  ASSERT_EQ(newest.size(), 4u);
  EXPECT_EQ(newest[0], "r5@north.example");
  ASSERT_EQ(send("&to=late@north.example").status, 200);
  const Response second = call("GET", link(first, "next"));
  EXPECT_EQ(recipients(second).size(), 4u);
  EXPECT_EQ(recipients(second)[0], "r3@north.example");
  const Response third = call("GET", link(second, "next"));
  EXPECT_EQ(recipients(third).size(), 2u);
  const Response beyond = call("GET", link(third, "next"));
  EXPECT_EQ(recipients(beyond).size(), 0u);
  EXPECT_EQ(recipients(call("GET", link(beyond, "next"))).size(), 0u);
  EXPECT_EQ(recipients(call("GET", link(beyond, "previous"))).back(), recipients(third).back());
  EXPECT_EQ(recipients(call("GET", link(third, "previous"))), recipients(second));
  EXPECT_EQ(recipients(call("GET", link(second, "previous"))), newest);
  EXPECT_EQ(recipients(call("GET", link(second, "first")))[0], "late@north.example");
  const std::vector<std::string> last = recipients(call("GET", link(first, "last")));
  EXPECT_EQ(last.size(), 4u);
  EXPECT_EQ(last.back(), "b@north.example");
}

TEST_F(ApiTest, PollsForNewEventsFromTheSamePlace) {
  ASSERT_EQ(send("").status, 200);
  const Response first = call("GET", "/v3/mail.example.com/events?ascending=yes&begin=0");
  ASSERT_EQ(recipients(first).size(), 1u);
  const Response empty = call("GET", link(first, "next"));
  EXPECT_EQ(recipients(empty).size(), 0u);
  const std::string again = link(empty, "next");
  EXPECT_EQ(again, link(first, "next"));
  ASSERT_EQ(send("&to=new@north.example").status, 200);
  EXPECT_EQ(recipients(call("GET", again)).size(), 2u);
}

TEST_F(ApiTest, FindsWhatIsNewFromAPageThatWasEmpty) {
  for (const auto& [direction, where] : {std::pair{"yes", "next"}, {"no", "previous"}}) {
    const std::string tag = std::string("poll-") + direction;
    const Response empty = call("GET", "/v3/mail.example.com/events?tags=" + tag + "&ascending=" + direction);
    ASSERT_EQ(recipients(empty).size(), 0u);
    const Response still = call("GET", link(empty, where));
    ASSERT_EQ(recipients(still).size(), 0u);
    ASSERT_EQ(send("&o:tag=" + tag).status, 200);
    EXPECT_EQ(recipients(call("GET", link(empty, where))).size(), 1u) << direction;
    EXPECT_EQ(recipients(call("GET", link(still, where))).size(), 1u) << direction;
    const char* const other = std::string_view(where) == "next" ? "previous" : "next";
    EXPECT_EQ(recipients(call("GET", link(empty, other))).size(), 0u) << direction;
  }
}

TEST_F(ApiTest, HoldsEventsToTheirRange) {
  ASSERT_EQ(send("").status, 200);
  EXPECT_EQ(recipients(call("GET", "/v3/mail.example.com/events?begin=4102444800&end=4000000000")).size(), 0u);
  EXPECT_EQ(recipients(call("GET", "/v3/mail.example.com/events?begin=4102444800.5&end=1.5")).size(), 1u);
  EXPECT_EQ(recipients(call("GET", "/v3/mail.example.com/events?begin=Fri,%203%20May%202013%2009:00:00%20-0000&ascending=yes")).size(), 1u);
  EXPECT_EQ(call("GET", "/v3/mail.example.com/events?begin=10&end=5&ascending=yes").status, 400);
  EXPECT_EQ(call("GET", "/v3/mail.example.com/events?begin=10").status, 400);
  EXPECT_EQ(call("GET", "/v3/mail.example.com/events?begin=yesterday&ascending=no").status, 400);
}

class EventFilters : public ApiTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(call("POST", "/v3/mail.example.com/messages",
                   encoded({{"from", "Shop <app@mail.example.com>"}, {"to", "ana@north.example"}, {"subject", "Your order 7781"}, {"text", "hi"},
                            {"o:tag", "orders"}, {"o:tag", "big sale"}, {"v:order", "7781"}, {"o:campaign", "spring"}})).status, 200);
    ASSERT_EQ(multipart("/v3/mail.example.com/messages",
                        {{"from", "news@mail.example.com"}, {"to", "Bo <bo@south.test>"}, {"subject", "News of the week"}, {"text", std::string(5000, 'x')},
                         {"o:tag", "news"}, {"attachment", "%PDF", "report.pdf", "application/pdf"}}).status, 200);
  }
};

TEST_F(EventFilters, NarrowAsTheContractHasThem) {
  struct Case {
    std::string_view query;
    std::vector<std::string> recipients;
  };
  const std::vector<std::string> ana{"ana@north.example"}, bo{"bo@south.test"}, both{"bo@south.test", "ana@north.example"}, none;
  for (const auto& [query, expected] : {
           Case{"event=accepted", both}, Case{"event=ACCEPTED%20OR%20failed", both}, Case{"event=NOT%20accepted", none},
           Case{"recipient=ana@north.example", ana}, Case{"recipient=%3CAna@North.example%3E", ana}, Case{"recipient=south.test", bo},
           Case{"recipients=bo@south.test", bo}, Case{"to=bo", bo}, Case{"from=shop", ana}, Case{"from=news@mail.example.com", bo},
           Case{"from=mail.example.com", both}, Case{"subject=order", ana}, Case{"subject=%22of+the+week%22", bo},
           Case{"subject=order+OR+week", both}, Case{"subject=week+order", none}, Case{"tags=orders", ana}, Case{"tag=news", bo},
           Case{"tags=%22big+sale%22+AND+orders", ana}, Case{"tag=orders&tag=news", none}, Case{"tag[]=orders&tag[]=%22big+sale%22", ana},
           Case{"tags[0]=news", bo}, Case{"size=%3E5000", bo}, Case{"size=%3E100+%3C5000", ana}, Case{"attachment=yes", bo},
           Case{"attachment=no", ana}, Case{"attachment=report.pdf", bo}, Case{"user-variables=7781", ana}, Case{"campaign=spring", ana},
           Case{"list=any@lists.example", none}, Case{"severity=permanent", none}, Case{"tag=", both}, Case{"pretty=yes&unknown=1", both},
           Case{"event=accepted&recipient=NOT+south.test&size=%3C5000", ana},
       }) {
    const Response page = call("GET", "/v3/mail.example.com/events?" + std::string(query));
    ASSERT_EQ(page.status, 200) << query << page.body;
    EXPECT_EQ(recipients(page), expected) << query;
  }
}

TEST_F(EventFilters, FindAMessageIdWithAndWithoutBrackets) {
  const std::string id(events()[0].at("message").at("headers").at("message-id").as_string());
  EXPECT_THAT(recipients(call("GET", "/v3/mail.example.com/events?message-id=" + id)), ElementsAre("bo@south.test"));
  EXPECT_THAT(recipients(call("GET", "/v3/mail.example.com/events?message-id=%3C" + id + "%3E")), ElementsAre("bo@south.test"));
}

TEST_F(EventFilters, TravelWithTheToken) {
  for (int i = 0; i < 5; ++i) ASSERT_EQ(send("&o:tag=orders&to=o" + std::to_string(i) + "@north.example").status, 200);
  // Clients send the first query's parameters again with every page: they count for nothing then.
  const std::string again = "?event=failed&limit=1&begin=nonsense";
  const Response first = call("GET", "/v3/mail.example.com/events?tags=orders&limit=4&ascending=yes");
  EXPECT_EQ(recipients(first).size(), 4u);
  EXPECT_EQ(recipients(first)[0], "ana@north.example");
  const Response second = call("GET", link(first, "next") + again);
  ASSERT_EQ(recipients(second).size(), 4u);
  const Response third = call("GET", link(second, "next") + again);
  EXPECT_EQ(recipients(third).size(), 3u);
  EXPECT_EQ(recipients(call("GET", link(third, "next"))).size(), 0u);
  EXPECT_EQ(recipients(call("GET", "/v2" + link(third, "previous").substr(3))), recipients(second));
  const std::string token = link(first, "next").substr(std::string("/v3/mail.example.com/events/").size());
  EXPECT_EQ(recipients(call("GET", "/v3/mail.example.com/events?page=" + token)), recipients(second));
}

TEST_F(EventFilters, RefuseWhatTheyCannotRead) {
  for (const auto& [query, text] : {std::pair{"event=(failed", "event: a parenthesis is not closed"}, {"size=big", "size: 'big' is neither a number nor a range like >1000"},
                                    {"subject=%22open", "subject: a quote is not closed"}, {"limit=0", "limit must be between 1 and 300"}}) {
    const Response refused = call("GET", "/v3/mail.example.com/events?" + std::string(query));
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_EQ(parsed(refused).at("message").as_string(), text);
  }
}

TEST_F(EventFilters, FractionsOfASecondComeBackWhole) {
  // Ghost takes the timestamp of an event it has seen as the next begin.
  for (const boost::json::value& event : events()) {
    const std::string at = boost::json::serialize(event.at("timestamp"));
    char plain[40];
    std::snprintf(plain, sizeof plain, "%.6f", event.at("timestamp").as_double());
    EXPECT_THAT(recipients(call("GET", "/v3/mail.example.com/events?begin=" + std::string(plain) + "&end=" + plain)),
                ElementsAre(std::string(event.at("recipient").as_string()))) << at;
  }
}

TEST_F(EventFilters, EveryPagingValueIsAUrlWhosePathEndsInTheToken) {
  const boost::json::value paging = parsed(call("GET", "/v3/mail.example.com/events?event=opened&subject=%22a/b?c%22")).at("paging");
  for (const char* which : {"next", "previous", "first", "last"}) {
    const std::string url(paging.at(which).as_string());
    const std::string token = url.substr(url.rfind('/') + 1);
    EXPECT_THAT(url, HasSubstr("http://api.test:8025/v3/mail.example.com/events/"));
    EXPECT_THAT(token, testing::MatchesRegex("[A-Za-z0-9_-]+"));
    EXPECT_THAT(recipients(call("GET", "/v3/mail.example.com/events/" + token)), IsEmpty());
  }
}

TEST_F(EventFilters, OlderClientsReadTheLog) {
  const boost::json::value log = parsed(call("GET", "/v3/mail.example.com/log?limit=1&skip=1"));
  EXPECT_EQ(log.at("total_count").as_int64(), 2);
  ASSERT_EQ(log.at("items").as_array().size(), 1u);
  const boost::json::value& item = log.at("items").as_array()[0];
  EXPECT_EQ(item.at("hap").as_string(), "accepted");
  EXPECT_EQ(item.at("type").as_string(), "info");
  EXPECT_THAT(std::string(item.at("message").as_string()), testing::MatchesRegex("Accepted: .* ana@north.example 'Your order 7781'"));
  EXPECT_THAT(std::string(item.at("created_at").as_string()), testing::MatchesRegex("..., .. ... 20.. ..:..:.. GMT"));
  EXPECT_EQ(call("GET", "/v3/mail.example.com/log?limit=301").status, 400);
  EXPECT_EQ(call("GET", "/v3/mail.example.com/log?limit=300&skip=9800").status, 400);
}

}  // namespace
}  // namespace postroad::ingress::http
