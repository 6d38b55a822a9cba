#include "events/journal.h"

#include <gtest/gtest.h>

#include "events/journal_repository.h"
#include "storage/testing/store_fixture.h"

namespace postroad::events {
namespace {

TEST(Journal, KnowsTheHighestIdThatItTellsOf) {
  storage::testing::TemporaryDirectory directory;
  storage::RealDisk disk;
  ManualClock clock;
  SystemRandom random;
  // Audits and forgetting look at the queue, which is another room's; this looks at the journal alone.
  auto store = storage::SqliteStore::open(disk, clock, random, {.directory = directory.path(), .segment_bytes = 8u << 20}, migrations());
  ASSERT_TRUE(store.has_value()) << store.error().detail;
  const Journal journal(**store);
  EXPECT_EQ(journal.last_id_now().value(), 0);
  for (const auto& [message, recipient, highest] : {std::tuple{7, 9, 9}, std::tuple{8, 5, 9}, std::tuple{30, 12, 30}}) {
    storage::Unit unit;
    journal.append(unit, {.id = "e", .domain = DomainId{1}, .message = MessageId{message}, .recipient = RecipientId{recipient},
                          .address = "a@b.example", .body = "{}", .transcript = {}});
    ASSERT_TRUE(storage::testing::run((*store)->commit(std::move(unit))).has_value());
    EXPECT_EQ(journal.last_id_now().value(), highest);
  }
  EXPECT_EQ(journal.appended(), 3);
}

}  // namespace
}  // namespace postroad::events
