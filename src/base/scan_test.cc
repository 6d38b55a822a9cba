#include "base/scan.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace postroad {
namespace {

/// Every octet at every place of a text, beside every other octet that could carry into it.
TEST(Scan, FindsTheFirstAtEveryPlace) {
  for (std::size_t length = 0; length < 20; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      for (int octet = 0; octet < 256; ++octet) {
        const char c = static_cast<char>(octet);
        for (const char filler : {'\0', '\x01', '\x09', '\x0b', '\x0e', 'a', '\x7f'}) {
          std::string text(length, filler);
          text[at] = c;
          ASSERT_EQ(ascii_prefix(text), octet > 0x7f ? at : length) << hex_encode(text);
          ASSERT_EQ(line_prefix(text), c == '\r' || c == '\n' ? at : length) << hex_encode(text);
        }
      }
    }
  }
}

TEST(Scan, StopsAtTheFirstOfMany) {
  EXPECT_EQ(line_prefix("0123456\r\n\r\n89"), 7U);
  EXPECT_EQ(line_prefix("\n\r01234567"), 0U);
  EXPECT_EQ(line_prefix("012345678\n\r"), 9U);
  EXPECT_EQ(ascii_prefix("01234567\xc3\xb6\xc3"), 8U);
  EXPECT_TRUE(is_ascii(""));
  EXPECT_TRUE(is_ascii(std::string(100, 'x')));
  EXPECT_FALSE(is_ascii(std::string(100, 'x') + "\x80"));
}

}  // namespace
}  // namespace postroad
