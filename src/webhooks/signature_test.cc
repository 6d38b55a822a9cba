#include "webhooks/signature.h"

#include <gtest/gtest.h>

namespace postroad::webhooks {
namespace {

TEST(WebhookSignature, HoldsForWhatWasSignedAndNothingElse) {
  const std::string signature = sign("key", "1529006854", "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0");
  EXPECT_EQ(signature.size(), 64u);
  EXPECT_TRUE(verify("key", "1529006854", "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0", signature));
  EXPECT_FALSE(verify("other", "1529006854", "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0", signature));
  EXPECT_FALSE(verify("key", "1529006855", "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0", signature));
  EXPECT_FALSE(verify("key", "1529006854", "a8ce", signature));
  EXPECT_FALSE(verify("key", "1529006854", "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0", ""));
}

}  // namespace
}  // namespace postroad::webhooks
