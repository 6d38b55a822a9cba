#include "queue/destination.h"

#include <gtest/gtest.h>

namespace postroad::queue {
namespace {

using namespace std::chrono_literals;
constexpr WallTime kStart{1'000'000s};

spool::DueRecipient due_at(std::int64_t id, WallTime due, std::int64_t message = 1) {
  auto shared = std::make_shared<spool::Message>();
  shared->id = MessageId{message};
  spool::Recipient recipient;
  recipient.id = RecipientId{id};
  recipient.due = due;
  return {std::move(shared), std::move(recipient)};
}

std::vector<std::int64_t> ids(const std::vector<spool::DueRecipient>& taken) {
  std::vector<std::int64_t> found;
  for (const auto& one : taken) found.push_back(one.recipient.id.value);
  return found;
}

TEST(Lane, GivesOutWhatIsDueFirstOneAtATime) {
  Destination destination("example.com");
  Lane& lane = destination.lane(spool::Priority::kBulk);
  lane.add(due_at(1, kStart + 2s, 7));
  lane.add(due_at(2, kStart, 8));
  lane.add(due_at(3, kStart, 8));
  lane.add(due_at(4, kStart + 1h, 8));
  EXPECT_EQ(ids(lane.take_due(kStart + 5s)), (std::vector<std::int64_t>{2}));
  EXPECT_EQ(ids(lane.take_due(kStart + 5s)), (std::vector<std::int64_t>{3}));
  EXPECT_EQ(ids(lane.take_due(kStart + 5s)), (std::vector<std::int64_t>{1}));
  EXPECT_TRUE(lane.take_due(kStart + 5s).empty());
  EXPECT_EQ(lane.next_due(), kStart + 1h);
}

TEST(Lane, KeepsABoundedWindowOfTheEarliest) {
  Destination destination("example.com");
  Lane& lane = destination.lane(spool::Priority::kBulk);
  for (std::int64_t id = 1; id <= 3000; ++id) lane.add(due_at(id, kStart + std::chrono::seconds{5000 - id}));
  EXPECT_EQ(lane.waiting(), Lane::kWindowMax);
  EXPECT_EQ(lane.next_due(), kStart + 2000s);
  EXPECT_FALSE(lane.wants_load());
  while (lane.waiting() >= Lane::kWindowLow) ASSERT_FALSE(lane.take_due(kStart + 10'000s).empty());
  EXPECT_TRUE(lane.wants_load());
}

TEST(Lane, NeverTakesUpARecipientTwice) {
  Destination destination("example.com");
  Lane& lane = destination.lane(spool::Priority::kBulk);
  lane.add(due_at(1, kStart));
  lane.add(due_at(1, kStart));
  EXPECT_EQ(ids(lane.take_due(kStart)), (std::vector<std::int64_t>{1}));
  lane.add(due_at(1, kStart));
  EXPECT_TRUE(lane.take_due(kStart).empty()) << "in flight";
}

TEST(Lane, AnAnswerOlderThanAnEndingBringsNothingBack) {
  Destination destination("example.com");
  Lane& lane = destination.lane(spool::Priority::kBulk);
  lane.add(due_at(1, kStart));
  ASSERT_EQ(lane.take_due(kStart).size(), 1u);
  lane.mark_more_on_disk();
  lane.begin_load();
  lane.ended(RecipientId{1});  // Delivered after the store answered, before the answer arrived.
  lane.loaded({due_at(1, kStart), due_at(2, kStart)}, 1000);
  EXPECT_EQ(ids(lane.take_due(kStart)), (std::vector<std::int64_t>{2}));
}

TEST(Lane, WhatIsLeftToDiskDuringALoadIsLoadedAgain) {
  Destination destination("example.com");
  Lane& lane = destination.lane(spool::Priority::kBulk);
  lane.mark_more_on_disk();
  lane.begin_load();
  lane.add(due_at(9, kStart));  // Committed after the store answered.
  lane.loaded({}, 1000);
  EXPECT_TRUE(lane.wants_load());
  lane.begin_load();
  lane.loaded({due_at(9, kStart)}, 1000);
  EXPECT_EQ(ids(lane.take_due(kStart)), (std::vector<std::int64_t>{9}));
  lane.ended(RecipientId{9});
  EXPECT_TRUE(lane.idle());
}

TEST(Lane, WhatIsWithdrawnIsNeverGivenOut) {
  Destination destination("example.com");
  Lane& lane = destination.lane(spool::Priority::kBulk);
  for (std::int64_t id = 1; id <= 3; ++id) lane.add(due_at(id, kStart));
  for (int i = 0; i < 3; ++i) ASSERT_EQ(lane.take_due(kStart).size(), 1u);
  lane.add(due_at(4, kStart));
  lane.mark_more_on_disk();
  lane.begin_load();
  for (const std::int64_t id : {2, 4, 5}) lane.withdraw(RecipientId{id});
  lane.loaded({due_at(4, kStart), due_at(5, kStart), due_at(6, kStart)}, 1000);
  EXPECT_EQ(ids(lane.take_due(kStart)), (std::vector<std::int64_t>{6}));
}

TEST(Lane, AForgottenWindowIsAskedForAgain) {
  Destination destination("example.com");
  Lane& lane = destination.lane(spool::Priority::kBulk);
  lane.add(due_at(1, kStart));
  lane.add(due_at(2, kStart + 24h));
  EXPECT_EQ(ids(lane.take_due(kStart)), (std::vector<std::int64_t>{1}));
  lane.forget_window();
  ASSERT_TRUE(lane.wants_load());
  const std::size_t asked = lane.load_size();
  lane.begin_load();
  lane.forget_window();
  lane.loaded({due_at(2, kStart + 24h)}, asked);
  EXPECT_TRUE(lane.take_due(kStart + 48h).empty()) << "an answer from before it was forgotten";
  ASSERT_TRUE(lane.wants_load());
  lane.begin_load();
  lane.loaded({due_at(1, kStart), due_at(2, kStart)}, asked);
  EXPECT_EQ(ids(lane.take_due(kStart)), (std::vector<std::int64_t>{2})) << "the other one is in flight";
  EXPECT_FALSE(lane.wants_load());
}

}  // namespace
}  // namespace postroad::queue
