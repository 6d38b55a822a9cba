#include "app/handed_listeners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroad::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Endpoints = std::vector<net::Endpoint>;

Listeners configured() {
  return {.http = {{"::", 443}, {"127.0.0.1", 8080}}, .submission = {{"::", 587}}, .submission_tls = {{"::", 465}}};
}

TEST(HandedListeners, TakeThePlaceOfTheirKindAlone) {
  Listeners listeners = configured();
  const auto replaced = replace_by_handed(listeners, {{"submission", {"::", 1587}}, {"submission", {"192.0.2.1", 2525}}});
  ASSERT_TRUE(replaced.has_value());
  EXPECT_EQ(listeners.submission, (Endpoints{{"::", 1587}, {"192.0.2.1", 2525}}));
  EXPECT_EQ(listeners.http, configured().http);
  EXPECT_EQ(listeners.submission_tls, configured().submission_tls);
  ASSERT_EQ(replaced->size(), 1u);
  EXPECT_EQ(replaced->front().kind, "submission");
  EXPECT_EQ(replaced->front().handed, listeners.submission);
  EXPECT_EQ(replaced->front().not_bound, configured().submission);
}

TEST(HandedListeners, AreOfTheKindTheyAreNamed) {
  struct Case {
    std::string name;
    std::vector<net::Endpoint> Listeners::* where;
  };
  for (const auto& [name, where] : {Case{"http", &Listeners::http}, Case{"https", &Listeners::http}, Case{"submission", &Listeners::submission},
                                    Case{"submissions", &Listeners::submission_tls}}) {
    SCOPED_TRACE(name);
    Listeners listeners;
    ASSERT_TRUE(replace_by_handed(listeners, {{name, {"::", 9}}}).has_value());
    EXPECT_THAT(listeners.*where, ElementsAre(net::Endpoint{"::", 9}));
  }
}

TEST(HandedListeners, WithoutANameAreKnownByWhatIsConfigured) {
  for (const std::string name : {"", "unknown", "postroad.socket"}) {
    SCOPED_TRACE(name);
    Listeners listeners = configured();
    ASSERT_TRUE(replace_by_handed(listeners, {{name, {"127.0.0.1", 8080}}, {name, {"192.0.2.1", 465}}}).has_value());
    EXPECT_EQ(listeners.http, (Endpoints{{"127.0.0.1", 8080}}));
    EXPECT_EQ(listeners.submission_tls, (Endpoints{{"192.0.2.1", 465}}));
    EXPECT_EQ(listeners.submission, configured().submission);
  }
  Listeners paths{.http = {{"unix:/run/postroad/http.sock", 0}}, .submission = {{"unix:/run/postroad/smtp.sock", 0}}, .submission_tls = {}};
  ASSERT_TRUE(replace_by_handed(paths, {{"unknown", {"unix:/run/postroad/smtp.sock", 0}}}).has_value());
  EXPECT_EQ(paths.submission.size(), 1u);
}

TEST(HandedListeners, ThatNobodyKnowsAreRefusedWithTheNameToWrite) {
  Listeners both = configured();
  both.submission.push_back({"127.0.0.1", 443});
  for (const auto& [socket, why] : {std::pair<HandedName, std::string>{{"smtp", {"::", 25}}, "[::]:25 was handed over with the name \"smtp\", which says nothing here"},
                                    {{"unknown", {"::", 25}}, "[::]:25 was handed over without a name"},
                                    {{"unknown", {"192.0.2.1", 443}}, "without a name"},  // Two kinds have that port.
                                    {{"unknown", {"unix:/run/other.sock", 0}}, "without a name"}}) {
    SCOPED_TRACE(why);
    Listeners listeners = both;
    const auto replaced = replace_by_handed(listeners, {socket});
    ASSERT_FALSE(replaced.has_value());
    EXPECT_THAT(replaced.error().detail, HasSubstr(why));
    EXPECT_THAT(replaced.error().detail, HasSubstr("FileDescriptorName=http, https, submission or submissions"));
  }
}

}  // namespace
}  // namespace postroad::app
