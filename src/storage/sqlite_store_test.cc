#include "storage/sqlite_store.h"

#include <gtest/gtest.h>

#include <set>

#include "storage/segment_format.h"
#include "storage/testing/store_fixture.h"

namespace postroad::storage {
namespace {

using namespace testing;  // NOLINT: the fixtures are written for these tests.

class SqliteStoreTest : public ::testing::TestWithParam<bool> {
 protected:
  SqliteStore::Options options() {
    SqliteStore::Options options;
    options.directory = directory_.path() + "/data";
    options.segment_bytes = 128 << 10;
    options.threads = GetParam();
    options.live_contents = &kLetterLocations;
    return options;
  }
  Result<std::unique_ptr<SqliteStore>> try_open(std::span<const Migration> migrations = kTestMigrations) {
    return SqliteStore::open(disk_, clock_, random_, options(), migrations);
  }
  std::unique_ptr<SqliteStore> open() {
    auto store = try_open();
    EXPECT_TRUE(store) << store.error().detail;
    return *std::move(store);
  }
  void overwrite(const std::string& name, std::string_view bytes, std::uint64_t offset) {
    auto file = disk_.open(directory_.path() + "/data/" + name, Disk::Open::kExisting);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->pwrite(bytes, offset));
  }

  TemporaryDirectory directory_;
  RealDisk disk_;
  ManualClock clock_;
  SystemRandom random_;
};

TEST_P(SqliteStoreTest, KeepsRowsAndContentAcrossRestart) {
  const std::string content(10'000, 'x');
  {
    auto store = open();
    auto committed = run(store->commit(letter_unit(1, content)));
    ASSERT_TRUE(committed) << committed.error().detail;
    EXPECT_EQ(*committed, clock_.wall());
  }
  auto store = open();
  auto found = letters(*store);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(store->read_content(found->front().location), content);
  EXPECT_EQ(found->front().written, clock_.wall().time_since_epoch().count());
}

TEST_P(SqliteStoreTest, CommitTimesRiseEvenWhenTheClockStepsBackBetweenRuns) {
  WallTime last{};
  for (int restart = 0; restart < 3; ++restart) {
    auto store = open();
    for (int i = 0; i < 3; ++i) {
      auto committed = run(store->commit(letter_unit(restart * 10 + i, "x")));
      ASSERT_TRUE(committed);
      EXPECT_GT(*committed, last);
      last = *committed;
    }
    clock_.advance(-std::chrono::hours(24));
  }
}

TEST_P(SqliteStoreTest, ARefusedUnitFailsAloneAndChangesNothing) {
  auto store = open();
  ASSERT_TRUE(run(store->commit(letter_unit(1, "one"))));

  struct Case {
    std::string_view about;
    Unit unit;
    ErrorCode code;
  };
  std::vector<Case> cases;
  const auto expect = [](Expectation::Rows rows, ErrorCode code) {
    return Expectation{rows, Error{code, Permanence::kPermanent, "as told"}};
  };
  Unit nothing_to_rename;
  nothing_to_rename.add(kRename, {std::string("x"), std::int64_t{99}},
                        expect(Expectation::Rows::kExactlyOne, ErrorCode::kNotFound));
  cases.push_back({"the first step changes no row", std::move(nothing_to_rename), ErrorCode::kNotFound});

  Unit late_refusal = letter_unit(2, "two");
  late_refusal.add(kRename, {std::string("x"), std::int64_t{99}},
                   expect(Expectation::Rows::kAtLeastOne, ErrorCode::kQuotaExceeded));
  cases.push_back({"a later step after changes", std::move(late_refusal), ErrorCode::kQuotaExceeded});

  Unit late_conflict;
  late_conflict.add(kInsertFact, {std::int64_t{7}, std::string("half"), nullptr});
  late_conflict.add(kInsertLetter, {std::int64_t{3}, std::string("letter 1"), nullptr, CommitTime{}});
  cases.push_back({"a constraint after changes, without any expectation", std::move(late_conflict),
                   ErrorCode::kConflict});

  Unit wrong_values;
  wrong_values.add(kInsertFact, {std::int64_t{7}});
  cases.push_back({"a statement with the wrong number of values", std::move(wrong_values),
                   ErrorCode::kInvalidArgument});

  Unit must_not_change;
  must_not_change.add(kRename, {std::string("y"), std::int64_t{1}}, expect(Expectation::Rows::kNone, ErrorCode::kRejected));
  cases.push_back({"the first step changes what it must not", std::move(must_not_change), ErrorCode::kRejected});

  cases.push_back({"content that no segment can hold", letter_unit(4, std::string(200'000, 'x')), ErrorCode::kTooLarge});

  // All at once, so that they share a transaction with two good ones.
  asio::io_context context;
  std::vector<Result<WallTime>> outcomes(cases.size(), fail_permanent(ErrorCode::kUnsupported, "not run"));
  std::vector<bool> good;
  const auto commit_good = [&](std::int64_t id) -> asio::awaitable<void> {
    Unit unit = letter_unit(id, "good");
    const Result<WallTime> committed = co_await store->commit(std::move(unit));
    good.push_back(committed.has_value());
  };
  const auto commit_case = [&](std::size_t i) -> asio::awaitable<void> {
    outcomes[i] = co_await store->commit(std::move(cases[i].unit));
  };
  asio::co_spawn(context, commit_good(10), asio::detached);
  for (std::size_t i = 0; i < cases.size(); ++i) asio::co_spawn(context, commit_case(i), asio::detached);
  asio::co_spawn(context, commit_good(11), asio::detached);
  context.run();

  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(cases[i].about);
    ASSERT_FALSE(outcomes[i]);
    EXPECT_EQ(outcomes[i].error().code, cases[i].code);
  }
  EXPECT_EQ(good, std::vector<bool>({true, true}));
  auto found = letters(*store);
  ASSERT_TRUE(found);
  std::vector<std::string> names;
  for (const Letter& letter : *found) names.push_back(letter.name);
  EXPECT_EQ(names, std::vector<std::string>({"letter 1", "letter 10", "letter 11"}));
  std::int64_t half = -1;
  ASSERT_TRUE(store->query_now(kCountFacts, {std::int64_t{7}}, [&](const Row& row) { half = row.integer(0); }));
  EXPECT_EQ(half, 0);
  EXPECT_TRUE(store->writable());
}

TEST_P(SqliteStoreTest, ManyCommittersAllFindTheirRowsAndContent) {
  constexpr int kCommitters = 50;
  constexpr int kEach = 20;
  auto store = open();
  asio::io_context context;
  int committed = 0;
  const auto committer = [&](int number) -> asio::awaitable<void> {
    for (int i = 0; i < kEach; ++i) {
      const std::int64_t id = number * 1'000 + i;
      Unit unit = letter_unit(id, "content of " + std::to_string(id) + std::string(static_cast<std::size_t>(id) % 3'000, '.'));
      std::int64_t seen = -1;
      unit.after_commit([&seen](WallTime, std::span<const std::int64_t> locations) { seen = locations[0]; });
      const Result<WallTime> outcome = co_await store->commit(std::move(unit));
      const Result<std::string> content = store->read_content(seen);
      committed += outcome && content && content->starts_with("content of " + std::to_string(id)) ? 1 : 0;
    }
  };
  for (int number = 1; number <= kCommitters; ++number) asio::co_spawn(context, committer(number), asio::detached);
  context.run();
  EXPECT_EQ(committed, kCommitters * kEach);
  auto bad = store->verify(kLetterLocations);
  ASSERT_TRUE(bad);
  EXPECT_TRUE(bad->empty());
  std::set<std::int64_t> times;
  auto found = letters(*store);
  ASSERT_TRUE(found);
  for (const Letter& letter : *found) times.insert(letter.written);
  EXPECT_EQ(times.size(), found->size()) << "every unit has its own moment";
}

TEST_P(SqliteStoreTest, AQueryFromALoopSeesEveryCommitThatHasReturned) {
  auto store = open();
  int seen = 0;
  run([&]() -> asio::awaitable<void> {
    for (std::int64_t id = 1; id <= 20; ++id) {
      Unit unit = letter_unit(id, "x");
      (void)co_await store->commit(std::move(unit));
      std::int64_t last = 0;
      RowReader read = [&last](const Row& row) { last = row.integer(0); };
      std::vector<Value> none;
      (void)co_await store->query(kLetters, std::move(none), std::move(read));
      seen += last == id ? 1 : 0;
    }
  }());
  EXPECT_EQ(seen, 20);
}

TEST_P(SqliteStoreTest, AfterStopNewUnitsAreRefusedAndOldOnesWereAnswered) {
  auto store = open();
  asio::io_context context;
  std::vector<bool> answers;
  const auto commit_one = [&](std::int64_t id) -> asio::awaitable<void> {
    Unit unit = letter_unit(id, "x");
    const Result<WallTime> outcome = co_await store->commit(std::move(unit));
    answers.push_back(outcome.has_value());
  };
  for (std::int64_t id = 1; id <= 10; ++id) asio::co_spawn(context, commit_one(id), asio::detached);
  std::size_t answered_at_stop = 0;
  const auto stop = [&]() -> asio::awaitable<void> {
    co_await store->stop();
    answered_at_stop = answers.size();
  };
  asio::co_spawn(context, stop(), asio::detached);
  context.run();
  EXPECT_EQ(answered_at_stop, 10U);
  EXPECT_EQ(answers, std::vector<bool>(10, true));
  auto late = run(store->commit(letter_unit(11, "x")));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kShuttingDown);
}

TEST_P(SqliteStoreTest, SegmentsWithoutLiveContentAreUsedAgain) {
  auto store = open();
  const std::string content(10'000, 'x');
  for (std::int64_t id = 1; id <= 200; ++id) {  // 2 MB through segments of 128 KiB.
    Unit unit = letter_unit(id, content);
    if (id > 5) {
      auto found = letters(*store);
      ASSERT_TRUE(found);
      unit.add(kDelete, {found->front().id}, {Expectation::Rows::kExactlyOne, {}});
      unit.release(found->front().location);
    }
    ASSERT_TRUE(run(store->commit(std::move(unit))));
  }
  std::size_t files = 0;
  for (const auto& name : *disk_.list(directory_.path() + "/data/spool")) files += segment_number_of(name) ? 1 : 0;
  EXPECT_LE(files, 8U);
  auto bad = store->verify(kLetterLocations);
  ASSERT_TRUE(bad);
  EXPECT_TRUE(bad->empty());
}

TEST_P(SqliteStoreTest, SegmentsOfAnEarlierRunAreKeptWhileRowsNeedThem) {
  const std::string content(30'000, 'x');
  for (std::int64_t id = 1; id <= 30; ++id) {
    auto store = open();
    ASSERT_TRUE(run(store->commit(letter_unit(id, content))));
    auto bad = store->verify(kLetterLocations);
    ASSERT_TRUE(bad);
    EXPECT_TRUE(bad->empty()) << "after restart " << id;
  }
}

TEST_P(SqliteStoreTest, AReleasedLocationIsGoneNotCorrupt) {
  auto store = open();
  ASSERT_TRUE(run(store->commit(letter_unit(1, "first"))));
  const std::int64_t location = letters(*store)->front().location;
  Unit remove;
  remove.add(kDelete, {std::int64_t{1}});
  remove.release(location);
  ASSERT_TRUE(run(store->commit(std::move(remove))));
  for (std::int64_t id = 2; id <= 40; ++id) {
    ASSERT_TRUE(run(store->commit(letter_unit(id, std::string(30'000, 'x')))));
  }
  const auto gone = store->read_content(location);
  // Whether the file has been used again is up to the background; damaged is what it must not be called.
  if (!gone) {
    EXPECT_EQ(gone.error().code, ErrorCode::kNotFound) << gone.error().detail;
  }
}

TEST_P(SqliteStoreTest, DamagedContentIsReportedAndTheRestIsServed) {
  auto store = open();
  for (std::int64_t id = 1; id <= 3; ++id) ASSERT_TRUE(run(store->commit(letter_unit(id, std::string(500, 'x')))));
  const Location at = Location::unpack(letters(*store)->at(1).location);
  overwrite("spool/" + segment_file_name(at.segment), "!", at.offset + sizeof(RecordHeader) + 100);
  auto bad = store->verify(kLetterLocations);
  ASSERT_TRUE(bad);
  ASSERT_EQ(bad->size(), 1U);
  EXPECT_EQ(bad->front().location, at.pack());
  EXPECT_EQ(bad->front().why.code, ErrorCode::kCorrupt);
}

TEST_P(SqliteStoreTest, ASecondProcessIsToldWhoHasTheStore) {
  auto store = open();
  auto second = try_open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_NE(second.error().detail.find("process " + std::to_string(::getpid())), std::string::npos)
      << second.error().detail;
}

TEST_P(SqliteStoreTest, AStoreOfANewerVersionIsRefusedUntouched) {
  std::vector<Migration> newer(kTestMigrations.begin(), kTestMigrations.end());
  newer.push_back({101, "test: from the future", "CREATE TABLE later (id {id})"});
  ASSERT_TRUE(try_open(newer));
  auto older = try_open();
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(older.error().detail.find("newer version"), std::string::npos) << older.error().detail;
  EXPECT_TRUE(try_open(newer));
}

TEST_P(SqliteStoreTest, MigrationsRunOnceAndLaterOnesAreAdded) {
  ASSERT_TRUE(try_open());
  std::vector<Migration> grown(kTestMigrations.begin(), kTestMigrations.end());
  grown.insert(grown.begin(), {50, "test: with a lower number", "CREATE TABLE lower (id {id})"});
  ASSERT_TRUE(try_open(grown));
  ASSERT_TRUE(try_open(grown));
}

TEST_P(SqliteStoreTest, ABrokenMigrationNamesItselfAndLeavesNothing) {
  std::vector<Migration> broken(kTestMigrations.begin(), kTestMigrations.end());
  broken.push_back({101, "test: broken", "CREATE TABLE half (id {id}); CREATE TABEL x"});
  auto refused = try_open(broken);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("migration 101 (test: broken)"), std::string::npos) << refused.error().detail;
  broken.back() = {101, "test: mended", "CREATE TABLE half (id {id})"};
  EXPECT_TRUE(try_open(broken));
}

TEST_P(SqliteStoreTest, ContentUnderAnotherKeyIsRefusedAtStart) {
  {
    auto store = open();
    ASSERT_TRUE(run(store->commit(letter_unit(1, "secret"))));
  }
  overwrite("spool.key", std::string(32, 'k'), 0);
  auto wrong = try_open();
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kUnauthorized) << wrong.error().detail;
  ASSERT_TRUE(disk_.unlink(directory_.path() + "/data/spool.key"));
  auto missing = try_open();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kUnauthorized) << missing.error().detail;
}

INSTANTIATE_TEST_SUITE_P(Threads, SqliteStoreTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Threads" : "Caller"; });

}  // namespace
}  // namespace postroad::storage
