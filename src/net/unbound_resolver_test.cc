#include "net/unbound_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/udp.hpp>

#include "net/loopback_fixture.h"

namespace postroad::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

UnboundResolver::Options test_zone() {
  return {.local_zones = {{"example.com.", "static"}, {"2.0.192.in-addr.arpa.", "static"}, {"8.b.d.0.1.0.0.2.ip6.arpa.", "static"}},
          .local_data = {
              "example.com. 3600 IN MX 20 mx2.example.com.",
              "example.com. 3600 IN MX 10 MX1.Example.com.",
              "null.example.com. 3600 IN MX 0 .",
              "mx1.example.com. 3600 IN A 192.0.2.1",
              "mx1.example.com. 3600 IN A 192.0.2.2",
              "mx1.example.com. 3600 IN AAAA 2001:db8::1",
              "alias.example.com. 3600 IN CNAME second.example.com.",
              "second.example.com. 3600 IN CNAME mx1.example.com.",
              "loop.example.com. 3600 IN CNAME pool.example.com.",
              "pool.example.com. 3600 IN CNAME loop.example.com.",
              "lost.example.com. 3600 IN CNAME gone.example.com.",
              "text.example.com. 3600 IN TXT \"v=spf1 \" \"-all\"",
              "1.2.0.192.in-addr.arpa. 3600 IN PTR mx1.example.com.",
              "example.com. 3600 IN NS ns1.example.com.",
              "example.com. 3600 IN NS ns2.elsewhere.example.",
          }};
}

class UnboundResolverTest : public testing::Test {
 protected:
  void use(const UnboundResolver::Options& options) {
    auto made = UnboundResolver::make(world_.executor.context(0), options);
    ASSERT_TRUE(made.has_value()) << made.error().detail;
    resolver_ = std::move(*made);
  }
  void SetUp() override { use(test_zone()); }
  void TearDown() override { world_.executor.stop(); }

  Result<DnsAnswer<std::string>> a(std::string name) { return world_.run(resolver_->a(std::move(name), world_.soon())); }

  Loopback world_{2};
  std::unique_ptr<UnboundResolver> resolver_;
};

TEST_F(UnboundResolverTest, AnswersMxWithPreferences) {
  const auto answer = world_.run(resolver_->mx("Example.COM.", world_.soon()));
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  std::vector<std::string> hosts;
  for (const MxRecord& mx : answer->records) hosts.push_back(std::to_string(mx.preference) + " " + mx.host);
  EXPECT_THAT(hosts, UnorderedElementsAre("10 mx1.example.com", "20 mx2.example.com"));
  EXPECT_EQ(answer->canonical_name, "example.com");
  EXPECT_FALSE(answer->secure);
}

TEST_F(UnboundResolverTest, GivesTheNullMxAsAnEmptyHost) {
  const auto answer = world_.run(resolver_->mx("null.example.com", world_.soon()));
  ASSERT_TRUE(answer.has_value());
  ASSERT_EQ(answer->records.size(), 1u);
  EXPECT_EQ(answer->records[0].host, "");
}

TEST_F(UnboundResolverTest, AnswersAddressesTextAndNames) {
  const auto four = a("mx1.example.com");
  ASSERT_TRUE(four.has_value());
  EXPECT_THAT(four->records, UnorderedElementsAre("192.0.2.1", "192.0.2.2"));
  const auto six = world_.run(resolver_->aaaa("mx1.example.com", world_.soon()));
  ASSERT_TRUE(six.has_value());
  EXPECT_THAT(six->records, ElementsAre("2001:db8::1"));
  const auto text = world_.run(resolver_->txt("text.example.com", world_.soon()));
  ASSERT_TRUE(text.has_value());
  EXPECT_THAT(text->records, ElementsAre("v=spf1 -all"));
  const auto name = world_.run(resolver_->ptr("192.0.2.1", world_.soon()));
  ASSERT_TRUE(name.has_value());
  EXPECT_THAT(name->records, ElementsAre("mx1.example.com"));
}

TEST_F(UnboundResolverTest, NamesTheServersOfAZoneAtItsApexAlone) {
  const auto servers = world_.run(resolver_->ns("example.com", world_.soon()));
  ASSERT_TRUE(servers.has_value()) << servers.error().detail;
  EXPECT_THAT(servers->records, UnorderedElementsAre("ns1.example.com", "ns2.elsewhere.example"));
  const auto none = world_.run(resolver_->ns("mx1.example.com", world_.soon()));
  ASSERT_TRUE(none.has_value()) << none.error().detail;
  EXPECT_THAT(none->records, testing::IsEmpty());
}

TEST_F(UnboundResolverTest, FollowsCnamesAndSaysWhereTheyLed) {
  const auto answer = a("alias.example.com");
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  EXPECT_THAT(answer->records, UnorderedElementsAre("192.0.2.1", "192.0.2.2"));
  EXPECT_EQ(answer->canonical_name, "mx1.example.com");
}

TEST_F(UnboundResolverTest, FailsACnameLoopAsTransient) {
  const auto answer = a("loop.example.com");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, ErrorCode::kDnsFailure);
  EXPECT_EQ(answer.error().permanence, Permanence::kTransient);
}

TEST_F(UnboundResolverTest, TellsNodataFromNxdomain) {
  const auto nodata = a("text.example.com");
  ASSERT_TRUE(nodata.has_value());
  EXPECT_TRUE(nodata->records.empty());
  EXPECT_TRUE(nodata->name_exists);
  for (const std::string name : {"missing.example.com", "lost.example.com"}) {
    SCOPED_TRACE(name);
    const auto nxdomain = a(name);
    ASSERT_TRUE(nxdomain.has_value());
    EXPECT_TRUE(nxdomain->records.empty());
    EXPECT_FALSE(nxdomain->name_exists);
  }
}

TEST_F(UnboundResolverTest, AnswersOnEveryLoop) {
  const auto answer = world_.executor.run_on(1, resolver_->a("mx1.example.com", world_.soon()));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->records.size(), 2u);
}

TEST_F(UnboundResolverTest, RefusesWhatIsNotAName) {
  for (const std::string name : {"", ".", "a..b"}) {
    const auto answer = a(name);
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(a(std::string(300, 'a')).has_value());
  EXPECT_FALSE(world_.run(resolver_->ptr("example.com", world_.soon())).has_value());
}

/// A name server on loopback that answers every question with `rcode`, or with nothing when it is negative.
class Upstream {
 public:
  Upstream(AsioExecutor& executor, std::size_t loop, int rcode)
      : executor_(executor), loop_(loop), socket_(executor.context(loop), {asio::ip::make_address("127.0.0.1"), 0}), rcode_(rcode) {
    receive();
  }
  ~Upstream() { executor_.run_on(loop_, close()); }  // Where it receives: a question asked again may be coming in.
  std::string text() const { return "127.0.0.1@" + std::to_string(socket_.local_endpoint().port()); }

 private:
  /// Returns behind the receive that this ends.
  asio::awaitable<void> close() {
    socket_.close();
    co_await asio::post(executor_.loop(loop_), asio::use_awaitable);
  }
  void receive() {
    socket_.async_receive_from(asio::buffer(packet_), from_, [this](boost::system::error_code error, std::size_t size) {
      if (error) return;
      if (rcode_ >= 0 && size > 3) {
        packet_[2] = static_cast<char>(packet_[2] | 0x80);
        packet_[3] = static_cast<char>(0x80 | rcode_);
        socket_.send_to(asio::buffer(packet_, size), from_, 0, error);
      }
      receive();
    });
  }

  AsioExecutor& executor_;
  const std::size_t loop_;
  asio::ip::udp::socket socket_;
  asio::ip::udp::endpoint from_;
  std::array<char, 1500> packet_{};
  int rcode_;
};

TEST_F(UnboundResolverTest, TurnsErrorsOfTheNameServerIntoTransientFailures) {
  for (const int rcode : {2, 5}) {
    Upstream upstream(world_.executor, 0, rcode);
    use({.forwarders = {upstream.text()}});
    const auto answer = a("example.org");
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, ErrorCode::kDnsFailure);
    EXPECT_EQ(answer.error().permanence, Permanence::kTransient);
    EXPECT_THAT(answer.error().detail, HasSubstr("example.org"));
  }
}

TEST_F(UnboundResolverTest, GivesUpAtTheDeadlineWhenNobodyAnswers) {
  Upstream upstream(world_.executor, 1, -1);
  use({.forwarders = {upstream.text()}});
  const auto answer = world_.run(resolver_->mx("example.org", world_.clock.mono()));
  ASSERT_FALSE(answer.has_value());
  EXPECT_THAT(answer.error().detail, HasSubstr("example.org MX: no answer in time"));
}

TEST_F(UnboundResolverTest, NamesTheOptionItCannotUse) {
  const auto bad_line = UnboundResolver::make(world_.executor.context(0), {.local_data = {"this is no record"}});
  ASSERT_FALSE(bad_line.has_value());
  EXPECT_THAT(bad_line.error().detail, HasSubstr("this is no record"));
}

}  // namespace
}  // namespace postroad::net
