#include "spool/recent_contents.h"

#include <gtest/gtest.h>

namespace postroad::spool {
namespace {

std::shared_ptr<const std::string> content(std::size_t bytes) { return std::make_shared<const std::string>(bytes, 'x'); }

TEST(RecentContents, TheOldestMakeRoomByCountAndByBytes) {
  RecentContents recent;
  const auto first = content(10);
  recent.keep(MessageId{1}, first);
  EXPECT_EQ(recent.find(MessageId{1}), first);
  EXPECT_EQ(recent.find(MessageId{2}), nullptr);
  for (std::int64_t id = 2; id <= 65; ++id) recent.keep(MessageId{id}, content(10));
  EXPECT_EQ(recent.find(MessageId{1}), nullptr);
  EXPECT_EQ(recent.bytes(), RecentContents::kContentsMax * 10);
  recent.keep(MessageId{100}, content(RecentContents::kBytesMax));
  EXPECT_EQ(recent.find(MessageId{65}), nullptr);
  EXPECT_EQ(recent.bytes(), RecentContents::kBytesMax);
}

TEST(RecentContents, KeepsAContentOnceAndNoneThatIsTooLarge) {
  RecentContents recent;
  recent.keep(MessageId{1}, content(10));
  recent.keep(MessageId{1}, content(10));
  EXPECT_EQ(recent.bytes(), 10u);
  recent.keep(MessageId{2}, content(RecentContents::kBytesMax + 1));
  EXPECT_EQ(recent.find(MessageId{2}), nullptr);
  EXPECT_NE(recent.find(MessageId{1}), nullptr);
}

}  // namespace
}  // namespace postroad::spool
