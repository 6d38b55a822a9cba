#include "storage/sqlite_vfs.h"

#include <gtest/gtest.h>

#include <vector>

#include "storage/sqlite_connection.h"
#include "storage/testing/fault_disk.h"

namespace postroad::storage {
namespace {

using testing::FaultDisk;

constexpr Statement kInsert{"test.insert", "INSERT INTO fact (id) VALUES ($1)"};
constexpr Statement kList{"test.list", "SELECT id FROM fact ORDER BY id"};

class SqliteVfsTest : public ::testing::Test {
 protected:
  void open() {
    vfs_ = std::make_unique<SqliteVfs>(disk_, clock_, random_, [this](const Error&) { ++failed_syncs_; });
    auto opened = SqliteConnection::open("/data/x.db", SqliteConnection::Use::kWriter, vfs_->name());
    ASSERT_TRUE(opened) << opened.error().detail;
    connection_ = *std::move(opened);
    ASSERT_TRUE(connection_->execute("CREATE TABLE IF NOT EXISTS fact (id INTEGER PRIMARY KEY)"));
  }
  void close() {
    connection_.reset();
    vfs_.reset();
  }
  bool insert(std::int64_t id) { return connection_->run(kInsert, {id}, {}, nullptr).has_value(); }
  std::vector<std::int64_t> list() {
    std::vector<std::int64_t> ids;
    const RowReader read = [&](const Row& row) { ids.push_back(row.integer(0)); };
    EXPECT_TRUE(connection_->run(kList, {}, {}, &read));
    return ids;
  }

  FaultDisk disk_;
  ManualClock clock_;
  SeededRandom random_{5};
  int failed_syncs_ = 0;
  std::unique_ptr<SqliteVfs> vfs_;
  std::unique_ptr<SqliteConnection> connection_;
};

TEST_F(SqliteVfsTest, AfterOneFailedSyncNoCommitSucceedsAndTheRefusedOneStaysOut) {
  open();
  ASSERT_TRUE(insert(1));
  disk_.plan({1, {FaultDisk::Call::kSync}, FaultDisk::Fault::kIoError, 1});
  EXPECT_FALSE(insert(2));
  EXPECT_TRUE(disk_.struck());
  EXPECT_EQ(failed_syncs_, 1);
  EXPECT_FALSE(insert(3)) << "the disk syncs again, but what it lost is lost";
  EXPECT_EQ(list(), std::vector<std::int64_t>({1}));
  close();
  disk_.cut_power();
  disk_.restart(1, 0);
  open();
  EXPECT_EQ(list().front(), 1);
  EXPECT_TRUE(insert(4));
}

TEST_F(SqliteVfsTest, AFailedDirectorySyncIsAFailure) {
  disk_.plan({1, {FaultDisk::Call::kSyncDirectory}, FaultDisk::Fault::kIoError, 1});
  vfs_ = std::make_unique<SqliteVfs>(disk_, clock_, random_, [this](const Error&) { ++failed_syncs_; });
  EXPECT_FALSE(SqliteConnection::open("/data/x.db", SqliteConnection::Use::kWriter, vfs_->name()));
  EXPECT_EQ(failed_syncs_, 1);
}

TEST_F(SqliteVfsTest, ReadersSeeWhatIsCommittedAndNothingElse) {
  open();
  auto reader = SqliteConnection::open("/data/x.db", SqliteConnection::Use::kReader, vfs_->name());
  ASSERT_TRUE(reader) << reader.error().detail;
  std::vector<std::int64_t> seen;
  const RowReader read = [&](const Row& row) { seen.push_back(row.integer(0)); };
  ASSERT_TRUE(connection_->execute("BEGIN IMMEDIATE"));
  ASSERT_TRUE(insert(1));
  ASSERT_TRUE((*reader)->run(kList, {}, {}, &read));
  EXPECT_TRUE(seen.empty());
  ASSERT_TRUE(connection_->execute("COMMIT"));
  ASSERT_TRUE((*reader)->run(kList, {}, {}, &read));
  EXPECT_EQ(seen, std::vector<std::int64_t>({1}));
  EXPECT_FALSE((*reader)->run(kInsert, {std::int64_t{2}}, {}, nullptr)) << "readers only read";
}

TEST_F(SqliteVfsTest, TwoWritersExcludeEachOther) {
  open();
  auto second = SqliteConnection::open("/data/x.db", SqliteConnection::Use::kWriter, vfs_->name());
  ASSERT_TRUE(second);
  ASSERT_TRUE((*second)->execute("PRAGMA busy_timeout=0"));
  ASSERT_TRUE(connection_->execute("BEGIN IMMEDIATE"));
  const Result<void> begun = (*second)->execute("BEGIN IMMEDIATE");
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::kTimeout);
  ASSERT_TRUE(connection_->execute("COMMIT"));
  EXPECT_TRUE((*second)->execute("BEGIN IMMEDIATE; COMMIT"));
}

}  // namespace
}  // namespace postroad::storage
