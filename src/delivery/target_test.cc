#include "delivery/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/loopback_fixture.h"
#include "net/unbound_resolver.h"

namespace postroad::delivery {
namespace {

using Kind = queue::Outcome::Kind;
using testing::ElementsAre;
using testing::HasSubstr;

/// libunbound itself, answering from zones of our own; `dead.` is delegated to a server that does not answer.
net::UnboundResolver::Options world_of_names() {
  return {.forwarders = {"127.0.0.1@9"},
          .local_zones = {{"test.", "static"}},
          .local_data = {
              "two.test. 60 IN MX 20 second.test.",
              "two.test. 60 IN MX 10 first.test.",
              "first.test. 60 IN A 192.0.2.1",
              "first.test. 60 IN AAAA 2001:db8::1",
              "second.test. 60 IN A 192.0.2.2",
              "implicit.test. 60 IN A 192.0.2.3",
              "six.test. 60 IN AAAA 2001:db8::6",
              "null.test. 60 IN MX 0 .",
              "empty.test. 60 IN TXT \"nothing for mail\"",
              "alias.test. 60 IN CNAME two.test.",
              "hollow.test. 60 IN MX 10 nowhere.test.",
              "loop.test. 60 IN MX 10 us.test.",
              "loop.test. 60 IN MX 20 second.test.",
              "backup.test. 60 IN MX 10 first.test.",
              "backup.test. 60 IN MX 20 us.test.",
              "backup.test. 60 IN MX 30 second.test.",
              "us.test. 60 IN A 192.0.2.99",
              "broken.test. 60 IN MX 10 host.dead.",
          }};
}

class TargetFinderTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = net::UnboundResolver::make(world_.executor.context(0), world_of_names());
    ASSERT_TRUE(made.has_value()) << made.error().detail;
    resolver_ = std::move(*made);
  }
  void TearDown() override { world_.executor.stop(); }

  Targets find(std::string domain, std::map<std::string, std::string> hops = {}) {
    return find_by(std::move(domain), hops, world_.soon());
  }
  Targets find_by(std::string domain, const std::map<std::string, std::string>& hops, Deadline deadline) {
    auto parsed = NextHops::parse(hops);
    TargetFinder finder(*resolver_, random_, *parsed, {.own_hostname = "us.test", .mx_port = 25});
    return world_.run(finder.find(std::move(domain), deadline));
  }
  std::vector<std::string> endpoints(const Targets& targets) {
    std::vector<std::string> all;
    for (const Target& target : targets.found) all.push_back(target.host + " " + target.endpoint.text());
    return all;
  }

  net::Loopback world_{2};
  SeededRandom random_{1};
  std::unique_ptr<net::UnboundResolver> resolver_;
};

TEST_F(TargetFinderTest, TriesMxByPreferenceAndBothFamilies) {
  EXPECT_THAT(endpoints(find("two.test")),
              ElementsAre("first.test 192.0.2.1:25", "first.test [2001:db8::1]:25", "second.test 192.0.2.2:25"));
}

TEST_F(TargetFinderTest, FollowsAnAliasOfTheDomain) {
  EXPECT_EQ(find("alias.test").found.size(), 3u);
}

TEST_F(TargetFinderTest, WithoutMxTheDomainItselfIsTheHost) {
  EXPECT_THAT(endpoints(find("implicit.test")), ElementsAre("implicit.test 192.0.2.3:25"));
  EXPECT_THAT(endpoints(find("six.test")), ElementsAre("six.test [2001:db8::6]:25"));
}

TEST_F(TargetFinderTest, NullMxAndUnknownDomainsBounce) {
  const Targets null_mx = find("null.test");
  EXPECT_TRUE(null_mx.found.empty());
  EXPECT_EQ(null_mx.failure, Kind::kBounced);
  EXPECT_EQ(null_mx.status.enhanced_code, "5.1.10");
  for (const std::string domain : {"unknown.test", "empty.test"}) {
    const Targets none = find(domain);
    EXPECT_EQ(none.failure, Kind::kBounced) << domain;
    EXPECT_EQ(none.status.message, "No MX for " + domain);
  }
}

TEST_F(TargetFinderTest, ServfailAndHollowMxAreNeverABounce) {
  const auto shortly = [] { return std::chrono::steady_clock::now() + std::chrono::milliseconds{200}; };
  const Targets dead = find_by("anything.dead", {}, shortly());
  EXPECT_TRUE(dead.found.empty());
  EXPECT_EQ(dead.failure, Kind::kDeferred);
  EXPECT_THAT(dead.status.message, HasSubstr("does not answer"));
  EXPECT_EQ(find_by("broken.test", {}, shortly()).failure, Kind::kDeferred);
  EXPECT_EQ(find("hollow.test").failure, Kind::kDeferred);
}

TEST_F(TargetFinderTest, NeverDeliversToItselfOrToTheLessPreferred) {
  const Targets loop = find("loop.test");
  EXPECT_TRUE(loop.found.empty());
  EXPECT_EQ(loop.failure, Kind::kBounced);
  EXPECT_EQ(loop.status.enhanced_code, "5.4.6");
  EXPECT_THAT(endpoints(find("backup.test")),
              ElementsAre("first.test 192.0.2.1:25", "first.test [2001:db8::1]:25"));
}

TEST_F(TargetFinderTest, AddressLiteralsNeedNoDns) {
  EXPECT_THAT(endpoints(find("[192.0.2.7]")), ElementsAre("[192.0.2.7] 192.0.2.7:25"));
  EXPECT_THAT(endpoints(find("[IPv6:2001:db8::7]")), ElementsAre("[IPv6:2001:db8::7] [2001:db8::7]:25"));
  EXPECT_EQ(find("[nonsense]").failure, Kind::kBounced);
}

TEST_F(TargetFinderTest, ANextHopReplacesMx) {
  EXPECT_THAT(endpoints(find("two.test", {{"*", "127.0.0.1:2600"}})), ElementsAre("127.0.0.1 127.0.0.1:2600"));
  EXPECT_THAT(endpoints(find("two.test", {{"two.test", "second.test:26"}, {"*", "127.0.0.1:2600"}})),
              ElementsAre("second.test 192.0.2.2:26"));
  EXPECT_FALSE(NextHops::parse({{"*", "nohost"}}));
  EXPECT_FALSE(NextHops::parse({{"*", "host:99999"}}));
}

}  // namespace
}  // namespace postroad::delivery
