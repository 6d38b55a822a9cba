#include "storage/sealer.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"

namespace postroad::storage {
namespace {

class SealerTest : public ::testing::Test {
 protected:
  SeededRandom random_{1};
  Sealer sealer_{SealKey{}, random_};
};

// NIST's test case 14 for GCM (key and nonce all zeros, one block of zeros).
TEST_F(SealerTest, IsAes256Gcm) {
  const std::string plain(16, '\0');
  std::string sealed(16, 'x');
  const SealTag tag = sealer_.seal(SealNonce{}, {}, plain, sealed.data());
  EXPECT_EQ(hex_encode(sealed), "cea7403d4d606b6e074ec5d3baf39d18");
  EXPECT_EQ(hex_encode(tag), "d0d1c8a799996bf0265b98b5d48ab919");
}

TEST_F(SealerTest, OpensWhatItSealedAndNothingElse) {
  const std::string plain = "Subject: hello\r\n\r\nworld\r\n";
  const SealNonce nonce = sealer_.next_nonce();
  std::string sealed(plain.size(), '\0');
  const SealTag tag = sealer_.seal(nonce, "where it lies", plain, sealed.data());
  std::string opened = sealed;
  ASSERT_TRUE(sealer_.open(nonce, tag, "where it lies", opened));
  EXPECT_EQ(opened, plain);

  opened = sealed;
  EXPECT_FALSE(sealer_.open(nonce, tag, "another place", opened));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    opened = sealed;
    opened[bit / 8] = static_cast<char>(opened[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(sealer_.open(nonce, tag, "where it lies", opened)) << bit;
  }
  for (std::size_t bit = 0; bit < tag.size() * 8; ++bit) {
    SealTag other = tag;
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ (1 << (bit % 8)));
    opened = sealed;
    EXPECT_FALSE(sealer_.open(nonce, other, "where it lies", opened)) << bit;
  }
}

TEST_F(SealerTest, UsesNoNonceTwice) {
  std::set<SealNonce> seen;
  Sealer another(SealKey{}, random_);
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(seen.insert(sealer_.next_nonce()).second);
    EXPECT_TRUE(seen.insert(another.next_nonce()).second);
  }
}

}  // namespace
}  // namespace postroad::storage
