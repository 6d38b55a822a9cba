#include "net/endpoint.h"

#include <gtest/gtest.h>

namespace postroad::net {
namespace {

TEST(Endpoint, ReadsAddressAndPort) {
  struct Case {
    std::string_view text, address;
    int port;
  };
  for (const auto& [text, address, port] : {
           Case{"127.0.0.1:8025", "127.0.0.1", 8025},
           Case{"[::]:443", "::", 443},
           Case{"[2001:db8::1]:25", "2001:db8::1", 25},
           Case{"unix:/run/postroad.sock", "unix:/run/postroad.sock", 0},
       }) {
    SCOPED_TRACE(text);
    const Result<Endpoint> endpoint = parse_endpoint(text);
    ASSERT_TRUE(endpoint.has_value());
    EXPECT_EQ(endpoint->address, address);
    EXPECT_EQ(endpoint->port, port);
    EXPECT_EQ(endpoint->text(), text);
  }
}

TEST(Endpoint, RefusesWhatIsNotOne) {
  for (const std::string_view text : {"", "localhost:25", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:25",
                                      "[::1]", "[::1]:-1", "1.2.3:25", "127.0.0.1:25x"}) {
    SCOPED_TRACE(text);
    const Result<Endpoint> endpoint = parse_endpoint(text);
    ASSERT_FALSE(endpoint.has_value());
    EXPECT_EQ(endpoint.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(Endpoint, ShowsMappedAddressesAsIpv4) {
  const Result<SocketAddress> mapped = to_socket_address({"::ffff:192.0.2.7", 25});
  ASSERT_TRUE(mapped.has_value());
  EXPECT_EQ(to_endpoint(*mapped), (Endpoint{"192.0.2.7", 25}));
}

TEST(Endpoint, RefusesASocketPathThatDoesNotFit) {
  EXPECT_FALSE(to_socket_address({"unix:" + std::string(200, 'a'), 0}).has_value());
  EXPECT_FALSE(to_socket_address({"unix:", 0}).has_value());
}

}  // namespace
}  // namespace postroad::net
