#include "delivery/verp.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace postroad::delivery {
namespace {

TEST(Verp, ComesBackInAnyCase) {
  const Verp verp("secret");
  const std::string path = verp.return_path(RecipientId{0x123456789abcdef}, "mail.shop.test");
  const std::size_t at = path.find('@');
  EXPECT_EQ(path.substr(at + 1), "mail.shop.test");
  EXPECT_EQ(verp.recipient_of(path.substr(0, at), "Mail.Shop.Test"), RecipientId{0x123456789abcdef});
  std::string upper;
  for (const char c : path.substr(0, at)) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  EXPECT_EQ(verp.recipient_of(upper, "mail.shop.test"), RecipientId{0x123456789abcdef});
  EXPECT_LE(at, 64u) << "a local part has 64 octets (RFC 5321 §4.5.3.1.1)";
}

TEST(Verp, EveryFlippedDigitIsRefused) {
  const Verp verp("secret");
  const std::string path = verp.return_path(RecipientId{77}, "a.test");
  const std::string local = path.substr(0, path.find('@'));
  for (std::size_t i = Verp::kPrefix.size(); i < local.size(); ++i) {
    std::string forged = local;
    forged[i] = forged[i] == '0' ? '1' : '0';
    EXPECT_FALSE(verp.recipient_of(forged, "a.test")) << i;
  }
  EXPECT_FALSE(verp.recipient_of(local, "b.test"));
  EXPECT_FALSE(Verp("other").recipient_of(local, "a.test"));
  EXPECT_FALSE(verp.recipient_of("bounce+", "a.test"));
  EXPECT_FALSE(verp.recipient_of("postmaster", "a.test"));
}

}  // namespace
}  // namespace postroad::delivery
