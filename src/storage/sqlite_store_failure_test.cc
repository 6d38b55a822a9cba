// The store with its threads on a disk that fails.
#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "storage/testing/fault_disk.h"
#include "storage/testing/store_fixture.h"

namespace postroad::storage {
namespace {

using namespace testing;  // NOLINT: the fixtures are written for these tests.
using Call = FaultDisk::Call;
using Fault = FaultDisk::Fault;

class FailingStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open() {
    SqliteStore::Options options;
    options.directory = "/data";
    options.segment_bytes = 256 << 10;
    options.live_contents = &kLetterLocations;
    options.on_poisoned = [this](const Error&) { ++poisonings_; };
    auto store = SqliteStore::open(disk_, clock_, random_, std::move(options), kTestMigrations);
    EXPECT_TRUE(store) << store.error().detail;
    return *std::move(store);
  }

  /// Runs this many committers of so many letters each; the answer is who was accepted.
  std::set<std::int64_t> commit_many(SqliteStore& store, int committers, int each) {
    asio::io_context context;
    std::set<std::int64_t> accepted;
    const auto committer = [&](std::int64_t number) -> asio::awaitable<void> {
      for (int i = 0; i < each; ++i) {
        const std::int64_t id = number * 1'000 + i;
        Unit unit = letter_unit(id, std::string(1'500, static_cast<char>('a' + id % 26)));
        const Result<WallTime> outcome = co_await store.commit(std::move(unit));
        if (outcome) {
          accepted.insert(id);
        } else if (outcome.error().permanence != Permanence::kTransient) {
          permanent_refusals_.push_back(outcome.error().detail);
        }
      }
    };
    for (int number = 1; number <= committers; ++number) asio::co_spawn(context, committer(number), asio::detached);
    context.run();
    return accepted;
  }

  FaultDisk disk_;
  SystemClock clock_;
  SystemRandom random_;
  std::atomic<int> poisonings_{0};
  std::vector<std::string> permanent_refusals_;  ///< A disk's failure is never a reason to bounce mail: none.
};

TEST_F(FailingStoreTest, AFailedSyncEndsAcceptanceForGoodAndIsToldOnce) {
  for (const std::uint64_t at : {1, 2, 3, 4, 7}) {
    SCOPED_TRACE(at);
    poisonings_ = 0;
    auto store = open();
    ASSERT_TRUE(store->writable());
    disk_.plan({at, {Call::kSync}, Fault::kIoError, 1});
    commit_many(*store, 8, 20);
    EXPECT_FALSE(store->writable());
    EXPECT_EQ(poisonings_, 1);
    EXPECT_EQ(permanent_refusals_, std::vector<std::string>());
    const auto late = run(store->commit(letter_unit(999'999, "late")));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::kDiskFailed);
    EXPECT_TRUE(letters(*store)) << "what is there can still be read";
    disk_.cut_power();
    store.reset();
    disk_.restart(at, 128);
    store = open();
    Unit clear;
    static constexpr Statement kClear{"test.clear", "DELETE FROM letter"};
    static constexpr Statement kClearFacts{"test.clear_facts", "DELETE FROM fact"};
    clear.add(kClear, {});
    clear.add(kClearFacts, {});
    EXPECT_TRUE(run(store->commit(std::move(clear)))) << "and after a restart it accepts again";
  }
}

TEST_F(FailingStoreTest, AcceptedLettersSurviveAPowerCutAtAnyMoment) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    disk_.plan({seed * 3, {Call::kWrite, Call::kSync, Call::kSyncDirectory, Call::kChange}, Fault::kPowerCut, 1});
    std::set<std::int64_t> accepted;
    {
      SqliteStore::Options options;
      options.directory = "/data-" + std::to_string(seed);
      options.segment_bytes = 128 << 10;
      auto store = SqliteStore::open(disk_, clock_, random_, options, kTestMigrations);
      if (store) accepted = commit_many(**store, 6, 12);
      disk_.cut_power();
    }
    disk_.restart(seed, seed % 3 * 128);
    SqliteStore::Options options;
    options.directory = "/data-" + std::to_string(seed);
    options.segment_bytes = 128 << 10;
    auto store = SqliteStore::open(disk_, clock_, random_, options, kTestMigrations);
    ASSERT_TRUE(store) << store.error().detail;
    auto found = letters(**store);
    ASSERT_TRUE(found);
    std::set<std::int64_t> there;
    for (const Letter& letter : *found) {
      there.insert(letter.id);
      const auto content = (*store)->read_content(letter.location);
      ASSERT_TRUE(content) << "letter " << letter.id << ": " << content.error().detail;
      EXPECT_EQ(*content, std::string(1'500, static_cast<char>('a' + letter.id % 26)));
    }
    EXPECT_EQ(permanent_refusals_, std::vector<std::string>());
    for (const std::int64_t id : accepted) EXPECT_TRUE(there.contains(id)) << "accepted letter " << id << " is lost";
  }
}

TEST_F(FailingStoreTest, AFullDiskRefusesTransientlyAndEndsByItself) {
  auto store = open();
  ASSERT_TRUE(run(store->commit(letter_unit(1, std::string(5'000, 'x')))));
  disk_.set_room(0);
  Result<WallTime> refused = run(store->commit(letter_unit(2, std::string(5'000, 'x'))));
  for (std::int64_t id = 3; refused && id < 100; ++id) refused = run(store->commit(letter_unit(id, std::string(5'000, 'x'))));
  ASSERT_FALSE(refused) << "zeros written ahead are used up at last";
  EXPECT_EQ(refused.error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(refused.error().permanence, Permanence::kTransient);
  EXPECT_FALSE(store->writable());
  EXPECT_EQ(poisonings_, 0);
  const std::size_t before = letters(*store)->size();

  disk_.set_room(100u << 20);
  const auto accepted = run(store->commit(letter_unit(500, std::string(5'000, 'x'))));
  EXPECT_TRUE(accepted) << accepted.error().detail;
  EXPECT_TRUE(store->writable());
  EXPECT_EQ(letters(*store)->size(), before + 1);
}

}  // namespace
}  // namespace postroad::storage
