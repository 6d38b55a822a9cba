#include "net/http/head_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http/limits.h"

namespace postroad::net::http {
namespace {

using testing::ElementsAre;

/// What a connection does with `bytes`, given in one piece: the status it would refuse with, or 0.
int status_of(std::string bytes) {
  HeadScanner scanner;
  const auto size = scanner.scan(bytes);
  if (!size) return size.error().status;
  if (!*size) return -1;
  Request request;
  request.head = bytes.substr(0, **size);
  const auto framing = parse_head(request);
  return framing ? 0 : framing.error().status;
}

constexpr char kHost[] = "Host: localhost\r\n";

TEST(HeadParser, ReadsARequest) {
  Request request;
  request.head =
      "POST /v3//mail.example.com/messages%2Fx/?a=1&b=%20+&a[]=2&c HTTP/1.1\r\nHost: localhost:8025\r\n"
      "content-length:  12 \r\nX-Odd: a b\t\r\nExpect: 100-Continue\r\n\r\n";
  const auto framing = parse_head(request);
  ASSERT_TRUE(framing.has_value()) << framing.error().message;
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/v3//mail.example.com/messages%2Fx/");
  EXPECT_THAT(request.segments, ElementsAre("v3", "mail.example.com", "messages/x"));
  ASSERT_EQ(request.query.size(), 4u);
  EXPECT_EQ(request.query[1].value, "  ");
  EXPECT_EQ(request.query[2].name, "a");
  EXPECT_EQ(request.parameter("c"), nullptr);
  EXPECT_EQ(*request.parameter("a"), "1");
  EXPECT_EQ(request.header("CONTENT-LENGTH"), "12");
  EXPECT_EQ(request.header("x-odd"), "a b");
  EXPECT_EQ(framing->kind, Framing::Kind::kLength);
  EXPECT_EQ(framing->length, 12u);
  EXPECT_TRUE(framing->keep_alive);
  EXPECT_TRUE(framing->expects_continue);
}

TEST(HeadParser, TakesEveryFormOfTarget) {
  for (const auto& [target, path] : {std::pair{"/", "/"}, std::pair{"http://example.com/a?b", "/a"},
                                     std::pair{"http://example.com", "/"}, std::pair{"https://example.com?x=1", "/"}}) {
    SCOPED_TRACE(target);
    Request request;
    request.head = std::string("GET ") + target + " HTTP/1.1\r\n" + kHost + "\r\n";
    ASSERT_TRUE(parse_head(request).has_value());
    EXPECT_EQ(request.path, path);
  }
  EXPECT_EQ(status_of(std::string("OPTIONS * HTTP/1.1\r\n") + kHost + "\r\n"), 0);
}

TEST(HeadParser, RefusesWhatAStrictRecipientMust) {
  struct Case {
    std::string_view about;
    std::string bytes;
    int status;
  };
  const std::string get = std::string("GET / HTTP/1.1\r\n") + kHost;
  for (const auto& [about, bytes, status] : std::vector<Case>{
           {"plain", get + "\r\n", 0},
           {"both lengths", get + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
           {"both lengths, other order", get + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400},
           {"two lengths", get + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400},
           {"two equal lengths", get + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400},
           {"list of lengths", get + "Content-Length: 3, 3\r\n\r\n", 400},
           {"signed length", get + "Content-Length: +3\r\n\r\n", 400},
           {"negative length", get + "Content-Length: -1\r\n\r\n", 400},
           {"hexadecimal length", get + "Content-Length: 0x10\r\n\r\n", 400},
           {"empty length", get + "Content-Length:\r\n\r\n", 400},
           {"a terabyte", get + "Content-Length: 1099511627776\r\n\r\n", 413},
           {"beyond 64 bits", get + "Content-Length: 99999999999999999999999\r\n\r\n", 400},
           {"coding with white space", get + "Transfer-Encoding: \x0b" "chunked\r\n\r\n", 400},
           {"two codings", get + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
           {"unknown coding", get + "Transfer-Encoding: xchunked\r\n\r\n", 501},
           {"chunked not alone", get + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
           {"chunked in 1.0", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
           {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
           {"no host in 1.0", "GET / HTTP/1.0\r\n\r\n", 0},
           {"two hosts", get + "Host: other\r\n\r\n", 400},
           {"host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
           {"folded line", get + "X: a\r\n b\r\n\r\n", 400},
           {"bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400},
           {"bare LF in a field", get + "X: a\nY: b\r\n\r\n", 400},
           {"bare CR in a field", get + "X: a\rY: b\r\n\r\n", 400},
           {"NUL in a field", get + std::string("X: a\0b\r\n\r\n", 10), 400},
           {"space before the colon", get + "X : a\r\n\r\n", 400},
           {"empty name", get + ": a\r\n\r\n", 400},
           {"no colon", get + "Xa\r\n\r\n", 400},
           {"space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"bad escape in the path", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"cut escape in the query", "GET /?a=%2 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"no leading slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"authority form", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"star for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
           {"HTTP/0.9", "GET /\r\n\r\n", 400},
           {"lower case protocol", "GET / http/1.1\r\nHost: a\r\n\r\n", 505},
           {"method with a bracket", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"unknown expectation", get + "Expect: 200-ok\r\n\r\n", 417},
           {"long target", "GET /" + std::string(kRequestLineBytesMax, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
           {"large header", get + "X: " + std::string(kHeadBytesMax, 'a') + "\r\n\r\n", 431},
       }) {
    SCOPED_TRACE(about);
    EXPECT_EQ(status_of(bytes), status);
  }
}

TEST(HeadParser, CountsHeaderFields) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (std::size_t i = 1; i < kHeaderFieldsMax; ++i) head += "X: a\r\n";
  EXPECT_EQ(status_of(head + "\r\n"), 0);
  EXPECT_EQ(status_of(head + "X: a\r\n\r\n"), 431);
}

TEST(HeadParser, KeepsTheConnectionAsAsked) {
  struct Case {
    std::string_view head;
    bool keep_alive;
  };
  for (const auto& [head, keep_alive] : {
           Case{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n", false},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nConnection: te, close\r\n\r\n", false},
           Case{"GET / HTTP/1.0\r\n\r\n", false},
           Case{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
       }) {
    Request request;
    request.head = head;
    const auto framing = parse_head(request);
    ASSERT_TRUE(framing.has_value());
    EXPECT_EQ(framing->keep_alive, keep_alive);
  }
}

TEST(HeadScanner, FindsTheEndInAnySplit) {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\nbody";
  const std::size_t end = bytes.size() - 4;
  for (std::size_t first = 0; first <= end; ++first) {
    SCOPED_TRACE(first);
    HeadScanner scanner;
    const auto early = scanner.scan(std::string_view(bytes).substr(0, first));
    ASSERT_TRUE(early.has_value()) << early.error().message;
    EXPECT_EQ(early->has_value(), first == end);
    if (first == end) continue;
    const auto late = scanner.scan(bytes);
    ASSERT_TRUE(late.has_value());
    EXPECT_EQ(*late, end);
  }
}

TEST(HeadScanner, RefusesBareReturnsBeforeTheLineEnds) {
  HeadScanner scanner;
  EXPECT_FALSE(scanner.scan("GET / HTTP/1.1\rHost").has_value());
}

}  // namespace
}  // namespace postroad::net::http
