#include "storage/segment_log.h"

#include <gtest/gtest.h>

#include "storage/testing/fault_disk.h"

namespace postroad::storage {
namespace {

using testing::FaultDisk;

const std::string kDirectory = "/spool";

class SegmentLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<SegmentLog> open(SegmentCursor cursor = {}) {
    SegmentLog::Options options;
    options.directory = kDirectory;
    options.segment_bytes = SegmentLog::kSegmentBytesMin;
    options.threads = false;
    auto log = SegmentLog::open(disk_, sealer_, random_, std::move(options), cursor);
    EXPECT_TRUE(log) << log.error().detail;
    return *std::move(log);
  }
  std::int64_t put(SegmentLog& log, std::string_view content) {
    std::int64_t location = 0;
    EXPECT_TRUE(log.append(std::span(&content, 1), std::span(&location, 1)));
    EXPECT_TRUE(log.sync());
    log.maintain();
    return location;
  }

  FaultDisk disk_;
  SeededRandom random_{9};
  Sealer sealer_{SealKey{1, 2, 3}, random_};
};

TEST_F(SegmentLogTest, GivesBackWhatWasPutThere) {
  auto log = open();
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{16'312}, std::size_t{16'313}, std::size_t{50'000}}) {
    const std::string content(size, 'c');
    EXPECT_EQ(log->read(put(*log, content)), content) << size;
  }
}

TEST_F(SegmentLogTest, TakesWhatFillsASegmentExactlyAndNoMore) {
  auto log = open();
  const std::string fits(log->group_bytes_max() - sizeof(RecordHeader), 'x');
  EXPECT_EQ(log->read(put(*log, fits)), fits);
  const std::string too_long = fits + "x";
  const std::string_view content = too_long;
  std::int64_t location = 0;
  const Result<void> refused = log->append(std::span(&content, 1), std::span(&location, 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
}

// In a recycled file the old records are whole, sealed under the same key, with sequence numbers that go on.
TEST_F(SegmentLogTest, AStaleRecordInARecycledFileIsNeverTakenForANewOne) {
  auto log = open();
  log->set_live_baseline({});
  std::vector<std::int64_t> old;
  const std::string content(9'000, 'o');
  while (log->cursor().segment < 3) old.push_back(put(*log, content));
  for (const std::int64_t location : old) log->release(location);
  while (log->cursor().segment < 6) put(*log, content);
  ASSERT_LE(disk_.list(kDirectory)->size(), 5U) << "files are used again";
  const SegmentCursor cursor = log->cursor();
  for (const std::int64_t location : old) {
    const auto gone = log->read(location);
    if (!gone) {
      EXPECT_EQ(gone.error().code, ErrorCode::kNotFound) << gone.error().detail;
    }
  }
  log.reset();
  // What follows the last record in the file is a whole old record, at the very place where the next one would begin.
  log = open(cursor);
  EXPECT_EQ(log->figures().unclaimed_records, 0U);
  EXPECT_EQ(log->cursor().offset, cursor.offset);
}

TEST_F(SegmentLogTest, RecordsBehindTheCommittedCursorAreLeftAndCounted) {
  auto log = open();
  const std::int64_t kept = put(*log, "kept");
  const SegmentCursor committed = log->cursor();
  put(*log, "never committed");
  put(*log, "neither");
  log.reset();
  log = open(committed);
  EXPECT_EQ(log->figures().unclaimed_records, 2U);
  const std::int64_t next = put(*log, "new");
  EXPECT_EQ(log->read(next), "new");
  EXPECT_EQ(log->read(kept), "kept");
  EXPECT_GT(log->cursor().sequence, committed.sequence + 2);
}

TEST_F(SegmentLogTest, AnotherKeyIsRefused) {
  auto log = open();
  put(*log, "x");
  const SegmentCursor cursor = log->cursor();
  log.reset();
  Sealer other(SealKey{9}, random_);
  SegmentLog::Options options;
  options.directory = kDirectory;
  options.threads = false;
  const auto refused = SegmentLog::open(disk_, other, random_, std::move(options), cursor);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnauthorized);
}

TEST_F(SegmentLogTest, AFullDiskRefusesTheGroupAndTheNextOneTakesItsPlace) {
  auto log = open();
  put(*log, "x");
  const SegmentCursor before = log->cursor();
  const std::int64_t live_before = put(*log, "y");
  disk_.plan({1, {FaultDisk::Call::kWrite}, FaultDisk::Fault::kShortWrite, 1});
  const std::string content(5'000, 'z');
  const std::string_view view = content;
  std::int64_t location = 0;
  const Result<void> refused = log->append(std::span(&view, 1), std::span(&location, 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(refused.error().permanence, Permanence::kTransient);
  const std::int64_t next = put(*log, content);
  EXPECT_EQ(next, location);
  EXPECT_EQ(log->read(next), content);
  EXPECT_EQ(log->read(live_before), "y");
  EXPECT_GT(log->cursor().offset, before.offset);
}

}  // namespace
}  // namespace postroad::storage
