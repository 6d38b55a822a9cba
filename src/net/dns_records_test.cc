#include "net/dns_records.h"

#include <gtest/gtest.h>

namespace postroad::net {
namespace {

using namespace std::string_view_literals;

TEST(DnsRecords, ReadsNamesInLowerCase) {
  EXPECT_EQ(name_from_rdata("\3MX1\7example\3net\0"sv), "mx1.example.net");
  EXPECT_EQ(name_from_rdata("\0"sv), "");
}

TEST(DnsRecords, RefusesMalformedNames) {
  for (const std::string_view rdata : {""sv, "\3mx"sv, "\3mx1"sv, "\300\14"sv, "\3m.x\0"sv, "\3m x\0"sv, "\1a\0b"sv}) {
    EXPECT_FALSE(name_from_rdata(rdata).has_value());
  }
}

TEST(DnsRecords, ReadsMxAndTheNullMx) {
  const auto mx = mx_from_rdata("\0\12\2mx\3net\0"sv);
  ASSERT_TRUE(mx.has_value());
  EXPECT_EQ(mx->preference, 10);
  EXPECT_EQ(mx->host, "mx.net");
  const auto null = mx_from_rdata("\0\0\0"sv);
  ASSERT_TRUE(null.has_value());
  EXPECT_EQ(null->host, "");
  EXPECT_FALSE(mx_from_rdata("\0\12"sv).has_value());
}

TEST(DnsRecords, JoinsTheStringsOfATxtRecord) {
  EXPECT_EQ(txt_from_rdata("\5v=spf\3 -a\0"sv), "v=spf -a");
  EXPECT_FALSE(txt_from_rdata("\5v="sv).has_value());
}

TEST(DnsRecords, TurnsAddressesRound) {
  EXPECT_EQ(reverse_name("192.0.2.1"), "1.2.0.192.in-addr.arpa");
  EXPECT_EQ(reverse_name("2001:db8::1"),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  EXPECT_EQ(reverse_name("example.com"), std::nullopt);
}

}  // namespace
}  // namespace postroad::net
