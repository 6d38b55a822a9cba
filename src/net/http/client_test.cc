#include "net/http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "net/loopback_fixture.h"
#include "net/tls_identity.h"

namespace postroad::net::http {
namespace {

TEST(ParseUrl, TakesWhatOperatorsType) {
  struct Case {
    std::string_view text, host, path, authority;
    int port;
    bool tls;
  };
  for (const Case& one : {
           Case{"http://127.0.0.1:8025", "127.0.0.1", "/", "127.0.0.1:8025", 8025, false},
           Case{"https://mail.example.com/", "mail.example.com", "/", "mail.example.com", 443, true},
           Case{"HTTPS://mail.example.com:8443/v3/x?y=1#z", "mail.example.com", "/v3/x?y=1", "mail.example.com:8443", 8443, true},
           Case{"http://[::1]:8025/a", "::1", "/a", "[::1]:8025", 8025, false},
           Case{"http://[2001:db8::1]", "2001:db8::1", "/", "[2001:db8::1]", 80, false},
           Case{"http://a?b=c", "a", "/?b=c", "a", 80, false},
       }) {
    SCOPED_TRACE(one.text);
    const Result<Url> url = parse_url(one.text);
    ASSERT_TRUE(url.has_value());
    EXPECT_EQ(url->host, one.host);
    EXPECT_EQ(url->path, one.path);
    EXPECT_EQ(url->port, one.port);
    EXPECT_EQ(url->tls, one.tls);
    EXPECT_EQ(url->authority(), one.authority);
  }
  for (const std::string_view bad : {"", "mail.example.com", "ftp://x/", "http://", "http:///x", "http://a:0/", "http://a:65536/", "http://a:x/",
                                     "http://u:p@a/", "http://a /", "http://a/\r\nX: y", "http://a\\b/"}) {
    EXPECT_FALSE(parse_url(bad).has_value()) << bad;
  }
}

TEST(ParseResponse, TakesEachFramingAndNothingCutOff) {
  const auto body = [](std::string_view bytes) {
    const Result<ClientResponse> response = parse_response(bytes, true);
    return response ? response->body : "broken off";
  };
  EXPECT_EQ(body("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef"), "abc");
  EXPECT_EQ(body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), "abcde");
  EXPECT_EQ(body("HTTP/1.1 200 OK\r\n\r\nto the end"), "to the end");
  EXPECT_EQ(body("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"), "x");
  EXPECT_EQ(body("HTTP/1.1 204 No Content\r\n\r\n"), "");
  EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", false)->body, "");
  EXPECT_EQ(parse_response("HTTP/1.1 404 No\r\nx-a:  b \r\n\r\n", true)->header("X-A"), "b");
  for (const std::string_view cut : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", "220 mail ESMTP\r\n\r\n",
                                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", "HTTP/1.1 xyz\r\n\r\n", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"}) {
    EXPECT_EQ(body(cut), "broken off") << cut;
  }
}

class NoResolver final : public Resolver {
 public:
  asio::awaitable<Result<DnsAnswer<MxRecord>>> mx(std::string, Deadline) override { co_return DnsAnswer<MxRecord>{}; }
  asio::awaitable<Result<DnsAnswer<std::string>>> a(std::string, Deadline) override { co_return DnsAnswer<std::string>{}; }
  asio::awaitable<Result<DnsAnswer<std::string>>> aaaa(std::string, Deadline) override { co_return DnsAnswer<std::string>{}; }
  asio::awaitable<Result<DnsAnswer<std::string>>> txt(std::string, Deadline) override { co_return DnsAnswer<std::string>{}; }
  asio::awaitable<Result<DnsAnswer<std::string>>> ns(std::string, Deadline) override { co_return DnsAnswer<std::string>{}; }
  asio::awaitable<Result<DnsAnswer<std::string>>> ptr(std::string, Deadline) override { co_return DnsAnswer<std::string>{}; }
};

class HttpClient : public testing::Test {
 protected:
  Result<ClientResponse> get(std::string url, ClientTls& tls) {
    ClientRequest request{.url = std::move(url), .headers = {{"X-Test", "1"}}};
    return world_.run(fetch({world_.network, resolver_, tls}, std::move(request), world_.soon()));
  }
  Loopback world_;
  NoResolver resolver_;
  std::unique_ptr<ClientTls> tls_ = *ClientTls::with_roots({});
};

TEST_F(HttpClient, SaysWhatItWantsAndReadsTheAnswer) {
  std::string got;
  auto listener = world_.serve([&](StreamPtr stream) -> asio::awaitable<void> {
    char buffer[4096];
    const auto some = co_await stream->read_some(buffer, world_.soon());
    if (some) got.assign(buffer, *some);
    (void)co_await stream->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", world_.soon());
    stream->close();
  });
  const std::string at = listener->local().text();
  const Result<ClientResponse> response = get("http://" + at + "/x?y", *tls_);
  ASSERT_TRUE(response.has_value()) << response.error().detail;
  EXPECT_EQ(response->body, "ok");
  EXPECT_EQ(got, "GET /x?y HTTP/1.1\r\nHost: " + at + "\r\nConnection: close\r\nX-Test: 1\r\n\r\n");
  listener->close();
  EXPECT_EQ(get("http://" + at + "/", *tls_).error().code, ErrorCode::kConnectionLost);
  EXPECT_EQ(get("http://nowhere.test/", *tls_).error().code, ErrorCode::kDnsFailure);
}

TEST_F(HttpClient, TrustsNoCertificateItCannotVerify) {
  SystemRandom random;
  const std::string directory = testing::TempDir() + "client-" + random.hex(8);
  ASSERT_EQ(mkdir(directory.c_str(), 0700), 0);
  const auto identity = dev_identity(directory, {"localhost"}, world_.clock, random);
  ASSERT_TRUE(identity.has_value());
  const auto server_tls = *ServerTls::from_identity(*identity);
  auto listener = world_.serve([&](StreamPtr stream) -> asio::awaitable<void> {
    const auto secured = co_await stream->start_tls_server(*server_tls, world_.soon());
    if (!secured) co_return;
    char buffer[4096];
    (void)co_await stream->read_some(buffer, world_.soon());
    (void)co_await stream->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", world_.soon());
    stream->close();
  });
  const std::string url = "https://localhost:" + std::to_string(listener->local().port) + "/";
  const Result<ClientResponse> refused = get(url, *tls_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kTlsFailure);
  const auto trusting = *ClientTls::with_roots({.system = false, .file = directory + "/dev-ca.pem"});
  const Result<ClientResponse> response = get(url, *trusting);
  ASSERT_TRUE(response.has_value()) << response.error().detail;
  EXPECT_EQ(response->body, "ok");
}

}  // namespace
}  // namespace postroad::net::http
