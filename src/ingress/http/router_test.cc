#include "ingress/http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/text.h"

namespace postroad::ingress::http {
namespace {

using testing::ElementsAre;

/// As net::http::Request has them: decoded, without empty ones.
std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> all;
  for (const std::string_view part : split(path, '/')) {
    if (!part.empty()) all.emplace_back(part);
  }
  return all;
}

std::string pattern_of(std::string_view method, std::string_view path) {
  const Match found = match(routes(), method, segments(path));
  if (found.route != nullptr) return std::string(found.route->method) + " " + std::string(found.route->pattern);
  return found.methods.empty() ? "unknown" : "method";
}

TEST(Router, FindsTheRouteForgivingBaseUrls) {
  struct Case {
    std::string_view method, path, pattern;
  };
  for (const auto& [method, path, pattern] : {
           Case{"GET", "/", "GET /"},
           Case{"HEAD", "/", "GET /"},
           Case{"POST", "/v3/mail.example.com/messages", "POST /v3/{}/messages"},
           Case{"POST", "/v3/mail.example.com/messages/", "POST /v3/{}/messages"},
           Case{"POST", "/v3//mail.example.com//messages", "POST /v3/{}/messages"},
           Case{"POST", "/v3/v3/mail.example.com/messages", "POST /v3/{}/messages"},
           Case{"GET", "/v3/v4/domains", "GET /v4/domains"},
           Case{"GET", "/v3/domains/mail.example.com", "GET /v3/domains/{}"},
           Case{"GET", "/v3/mail.example.com/events/W3siYiI6", "GET /v3/{}/events/{}"},
           Case{"DELETE", "/v4/domains/mail.example.com", "DELETE /v4/domains/{}"},
           Case{"GET", "/v3/mail.example.com/messages", "method"},
           Case{"PATCH", "/v3/domains", "method"},
           Case{"GET", "/v3", "unknown"},
           Case{"GET", "/v3/mail.example.com", "unknown"},
           Case{"GET", "/v9/domains", "unknown"},
           Case{"GET", "/V3/domains", "unknown"},
           Case{"GET", "/v3/mail.example.com/events/a/b", "unknown"},
       }) {
    SCOPED_TRACE(testing::Message() << method << " " << path);
    EXPECT_EQ(pattern_of(method, path), pattern);
  }
}

TEST(Router, CapturesInOrder) {
  EXPECT_THAT(match(routes(), "GET", segments("/v3/v3/a.example/events/token")).captured, ElementsAre("a.example", "token"));
}

TEST(Router, HasEachRouteOnce) {
  std::set<std::string> seen;
  for (const Route& route : routes()) {
    EXPECT_TRUE(seen.insert(std::string(route.method) + " " + std::string(route.pattern)).second) << route.pattern;
  }
  EXPECT_GT(seen.size(), 10u);
}

}  // namespace
}  // namespace postroad::ingress::http
