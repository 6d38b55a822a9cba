// contract/errors.md and the ten rules on everything served: generated from the table of routes, so that a new route is held to
// them as well.
#include <set>

#include "ingress/http/api_fixture.h"
#include "ingress/http/router.h"

namespace postroad::ingress::http {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Errors : public ApiTest {
 protected:
  /// The pattern with a value for each "{}".
  static std::string target_of(std::string_view pattern, std::string_view value) {
    std::string target;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
      if (pattern[at] == '{') {
        target += value;
        ++at;
      } else {
        target += pattern[at];
      }
    }
    return target;
  }
  static std::string header(const Response& response, std::string_view name) {
    for (const net::http::ResponseHeader& header : response.headers) {
      if (header.name == name) return header.value;
    }
    return {};
  }
  static void expect_error(const Response& response, int status) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_THAT(response.content_type, testing::StartsWith("application/json"));
    boost::json::error_code error;
    const boost::json::value body = boost::json::parse(response.body, error);
    ASSERT_FALSE(error) << response.body;
    EXPECT_FALSE(body.at("message").as_string().empty());
    EXPECT_EQ(body.at("http_response_code").as_int64(), status);
  }
};

TEST_F(Errors, EveryRouteRefusesEveryOtherMethod) {
  int refused = 0;
  for (const Route& route : routes()) {
    const std::string target = target_of(route.pattern, "mail.example.com");
    for (const std::string_view method : {"GET", "POST", "PUT", "DELETE", "PATCH"}) {
      if (match(routes(), method, {}).route != nullptr && route.pattern == "/") continue;
      const Response options = call("OPTIONS", target, "", "");
      ASSERT_EQ(options.status, 204) << target;
      if (header(options, "Allow").find(method) != std::string::npos) continue;
      SCOPED_TRACE(std::string(method) + " " + target);
      const Response response = call(method, target, "", kKey);
      expect_error(response, 405);
      EXPECT_EQ(header(response, "Allow"), header(options, "Allow"));
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
}

TEST_F(Errors, EveryRouteThatNeedsAKeyAsksForIt) {
  int asked = 0;
  for (const Route& route : routes()) {
    if (route.need == Need::kNothing) continue;
    const std::string target = target_of(route.pattern, "mail.example.com");
    for (const char* key : {"", "key-wrong"}) {
      SCOPED_TRACE(std::string(route.method) + " " + target);
      const Response response = call(route.method, target, "", key);
      EXPECT_THAT(header(response, "WWW-Authenticate"), HasSubstr("Basic realm"));
      if (target.starts_with("/v3") || target.starts_with("/v2")) {
        EXPECT_EQ(response.status, 401);
        EXPECT_EQ(response.body, "Forbidden");
      } else {
        expect_error(response, 401);
        EXPECT_EQ(parsed(response).at("message").as_string(), "Invalid private key");
      }
      ++asked;
    }
    if (may(Caller{account::KeyRole::kSending, {}, {}}, route.need)) continue;
    expect_error(call(route.method, target, "", kSendingKey), 403);
  }
  EXPECT_GT(asked, 50);
}

TEST_F(Errors, EveryRouteOfADomainSaysWhenThereIsNone) {
  int missing = 0;
  for (const Route& route : routes()) {
    const bool of_a_domain = route.pattern.find("/{}") != std::string_view::npos && route.need != Need::kNothing;
    if (!of_a_domain) continue;
    const std::string target = target_of(route.pattern, "none.example");
    SCOPED_TRACE(std::string(route.method) + " " + target);
    const Response response = call(route.method, target, "from=a@b.example&to=c@d.example&text=x&login=x&password=12345678");
    expect_error(response, 404);
    EXPECT_THAT(std::string(parsed(response).at("message").as_string()), HasSubstr("omain not found")) << "one call has it without a capital";
    ++missing;
  }
  EXPECT_GT(missing, 20);
}

TEST_F(Errors, NoSuccessIsCreatedOrEmpty) {
  // 201 breaks mailgun-go, 204 breaks mailgun-php (contract/errors.md §1).
  for (const auto& [method, target, body] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"POST", "/v3/mail.example.com/messages", "from=a@mail.example.com&to=b@north.example&text=hi"},
           {"POST", "/v3/domains", "name=new.example.com"}, {"POST", "/v3/domains/new.example.com/credentials", "login=ana&password=12345678"},
           {"PUT", "/v3/domains/new.example.com/credentials/ana", "password=87654321"},
           {"DELETE", "/v3/domains/new.example.com/credentials/ana", ""}, {"DELETE", "/v3/domains/new.example.com", ""},
           {"GET", "/v3/mail.example.com/events", ""}, {"POST", "/v1/analytics/logs", ""}, {"GET", "/v3/domains", ""}}) {
    const Response response = call(method, target, body);
    EXPECT_EQ(response.status, 200) << method << " " << target << response.body;
    EXPECT_THAT(response.content_type, testing::StartsWith("application/json"));
  }
}

TEST_F(Errors, PathsAreForgivenWhatBaseUrlsDoToThem) {
  for (const std::string_view target : {"/v3/mail.example.com/events", "/v3/mail.example.com/events/", "//v3//mail.example.com///events",
                                        "/v3/v3/mail.example.com/events", "/v4/v3/mail.example.com/events", "/v3/%6Dail.example.com/events",
                                        "/v3/MAIL.example.com/events", "/v2/mail.example.com/events"}) {
    EXPECT_EQ(call("GET", target).status, 200) << target;
  }
  for (const std::string_view target : {"/v3/%256Dail.example.com/events", "/v3/v3/v3/mail.example.com/events", "/v6/mail.example.com/events",
                                        "/mail.example.com/events", "/v3"}) {
    expect_error(call("GET", target), 404);
  }
  EXPECT_EQ(parsed(call("GET", "/v3/nothing/here")).at("message").as_string(), "Not Found");
}

TEST_F(Errors, HeadIsServedAsGet) {
  const Response get = call("GET", "/v3/domains");
  const Response head = call("HEAD", "/v3/domains");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, get.body) << "the connection leaves it out";
  EXPECT_EQ(call("HEAD", "/v3/mail.example.com/messages").status, 405);
}

TEST_F(Errors, ADoubledVersionIsToldOfOncePerClientAndHour) {
  ManualClock clock;
  BaseUrlHints hints(clock);
  net::http::Request request;
  request.peer.address = "198.51.100.7";
  request.head = "GET /v3/v3/x HTTP/1.1\r\nHost: a\r\nUser-Agent: mailgun-go/5.1\r\n\r\n";
  ASSERT_TRUE(net::http::parse_head(request).has_value());
  EXPECT_EQ(hints.hint_for(request), "the path has two versions; set SetAPIBase, without a version");
  EXPECT_THAT(hints.hint_for(request), IsEmpty());
  request.peer.address = "198.51.100.8";
  EXPECT_FALSE(hints.hint_for(request).empty()) << "another client";
  clock.advance(std::chrono::minutes(59));
  EXPECT_THAT(hints.hint_for(request), IsEmpty());
  clock.advance(std::chrono::minutes(1));
  EXPECT_FALSE(hints.hint_for(request).empty()) << "an hour later";
  for (std::size_t i = 0; i < 2 * BaseUrlHints::kClientsMax; ++i) {
    request.peer.address = "2001:db8::" + std::to_string(i);
    EXPECT_FALSE(hints.hint_for(request).empty());
  }
  EXPECT_EQ(header(call("GET", "/v3/v3/domains"), "X-Postroad-Hint"), "the path has two versions; set the client's base URL, without a version");
  EXPECT_EQ(header(call("GET", "/v3/v3/domains"), "X-Postroad-Hint"), "");
}

TEST_F(Errors, PagesOfOtherOriginsReadAnswersOnlyWhereTheSettingSaysSo) {
  const auto ask = [this](std::string_view method, std::string_view origin) {
    return call(method, "/v3/domains", "", kKey, "application/x-www-form-urlencoded", "Origin: " + std::string(origin) + "\r\n");
  };
  EXPECT_EQ(header(ask("GET", "https://app.example"), "Access-Control-Allow-Origin"), "");
  ApiOptions options;
  options.cors_origins = {"https://app.example"};
  make_api_with(*access_, options);
  EXPECT_EQ(header(ask("GET", "https://app.example"), "Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(header(ask("GET", "https://evil.example"), "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header(ask("GET", "https://evil.example"), "Vary"), "Origin");
  const Response preflight = ask("OPTIONS", "https://app.example");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_THAT(header(preflight, "Access-Control-Allow-Methods"), HasSubstr("POST"));
  EXPECT_THAT(header(preflight, "Access-Control-Allow-Headers"), HasSubstr("Authorization"));
  options.cors_origins = {"*"};
  make_api_with(*access_, options);
  EXPECT_EQ(header(ask("GET", "https://any.example"), "Access-Control-Allow-Origin"), "*");
}

}  // namespace
}  // namespace postroad::ingress::http
