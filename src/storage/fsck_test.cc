#include "storage/fsck.h"

#include <gtest/gtest.h>

#include "storage/segment_format.h"
#include "storage/testing/fault_disk.h"
#include "storage/testing/store_fixture.h"

namespace postroad::storage {
namespace {

using namespace testing;  // NOLINT: the fixtures are written for these tests.

constexpr Statement kRows{"test.rows", "SELECT id, location FROM letter ORDER BY id"};
constexpr int kLetters = 40;
const std::string kDirectory = "/data";

class FsckTest : public ::testing::Test {
 protected:
  FsckTest() {
    auto store = open();
    for (std::int64_t id = 1; id <= kLetters; ++id) {
      EXPECT_TRUE(run(store->commit(letter_unit(id, std::string(2'000 + static_cast<std::size_t>(id) * 31, 'x')))));
    }
    auto found = letters(*store);
    EXPECT_TRUE(found);
    letters_ = *found;
  }

  std::unique_ptr<SqliteStore> open() {
    SqliteStore::Options options;
    options.directory = kDirectory;
    options.segment_bytes = 64 << 10;
    options.threads = false;
    options.live_contents = &kLetterLocations;
    auto store = SqliteStore::open(disk_, clock_, random_, std::move(options), kTestMigrations);
    EXPECT_TRUE(store) << store.error().detail;
    return *std::move(store);
  }
  FsckReport check() {
    auto report = fsck(disk_, clock_, random_, kDirectory, kRows);
    EXPECT_TRUE(report) << report.error().detail;
    return *std::move(report);
  }
  std::string segment_path(std::uint64_t number) { return kDirectory + "/spool/" + segment_file_name(number); }

  FaultDisk disk_;
  ManualClock clock_;
  SeededRandom random_{3};
  std::vector<Letter> letters_;
};

TEST_F(FsckTest, ASoundStoreIsCleanAndUntouched) {
  std::map<std::string, std::string> before;
  for (const auto& name : *disk_.list(kDirectory)) before[name] = disk_.bytes(kDirectory + "/" + name);
  const FsckReport report = check();
  EXPECT_TRUE(report.clean());
  EXPECT_EQ(report.records, static_cast<std::uint64_t>(kLetters));
  EXPECT_EQ(report.rows, static_cast<std::uint64_t>(kLetters));
  EXPECT_GE(report.segments, 2U);
  for (const auto& [name, bytes] : before) EXPECT_EQ(disk_.bytes(kDirectory + "/" + name), bytes) << name;
}

TEST_F(FsckTest, AnyFlippedBitOfARecordIsFoundCopiedAndCostsThatRecordOnly) {
  const Letter& letter = letters_[7];
  const Location at = Location::unpack(letter.location);
  std::string& bytes = disk_.bytes(segment_path(at.segment));
  const std::size_t content = 2'000 + 8 * 31;
  for (std::size_t bit = 0; bit < (sizeof(RecordHeader) + content) * 8; bit += 61) {
    SCOPED_TRACE(bit);
    char& byte = bytes[at.offset + bit / 8];
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
    const FsckReport report = check();
    ASSERT_EQ(report.bad_rows.size(), 1U);
    EXPECT_EQ(report.bad_rows.front().id, letter.id);
    EXPECT_EQ(report.records, static_cast<std::uint64_t>(kLetters - 1));
    ASSERT_EQ(report.bad_bytes.size(), 1U);
    const FsckReport::BadBytes& bad = report.bad_bytes.front();
    EXPECT_EQ(bad.offset, at.offset);
    EXPECT_EQ(bad.bytes, record_bytes(content));
    EXPECT_EQ(disk_.bytes(kDirectory + "/" + bad.copy), bytes.substr(bad.offset, bad.bytes));
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
  }
  EXPECT_TRUE(check().clean());
}

TEST_F(FsckTest, AnUnreadableSegmentHeaderCostsNoContent) {
  disk_.bytes(segment_path(1))[20] ^= 1;
  const FsckReport report = check();
  EXPECT_TRUE(report.bad_rows.empty());
  ASSERT_EQ(report.bad_bytes.size(), 1U);
  EXPECT_EQ(report.bad_bytes.front().offset, 0U);
  auto store = open();
  auto bad = store->verify(kLetterLocations);
  ASSERT_TRUE(bad);
  EXPECT_TRUE(bad->empty());
}

TEST_F(FsckTest, AMissingSegmentNamesTheRowsItCosts) {
  ASSERT_TRUE(disk_.unlink(segment_path(1)));
  std::size_t lost = 0;
  for (const Letter& letter : letters_) lost += Location::unpack(letter.location).segment == 1 ? 1 : 0;
  EXPECT_EQ(check().bad_rows.size(), lost);
  EXPECT_GT(lost, 0U);
}

TEST_F(FsckTest, ADamagedDatabaseIsReportedAndItsContentStillChecked) {
  std::string& database = disk_.bytes(kDirectory + "/postroad.db");
  for (std::size_t at = 4'096; at < database.size(); at += 4'096) database[at + 3] ^= 0x55;
  const FsckReport report = check();
  EXPECT_FALSE(report.database_problems.empty());
  EXPECT_EQ(report.records, static_cast<std::uint64_t>(kLetters));
}

TEST_F(FsckTest, ARunningServerIsLeftAlone) {
  auto store = open();
  auto report = fsck(disk_, clock_, random_, kDirectory, kRows);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kConflict);
}

TEST_F(FsckTest, WhereThereIsNoStoreNothingIsMade) {
  auto report = fsck(disk_, clock_, random_, "/elsewhere", kRows);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(disk_.list("/elsewhere")->empty());
}

}  // namespace
}  // namespace postroad::storage
