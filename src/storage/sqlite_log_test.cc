#include "storage/sqlite_log.h"

#include <gtest/gtest.h>

#include <vector>

#include "storage/sqlite_connection.h"
#include "storage/sqlite_vfs.h"
#include "storage/testing/fault_disk.h"

namespace postroad::storage {
namespace {

using testing::FaultDisk;

constexpr Statement kInsert{"test.insert", "INSERT INTO fact (id, body) VALUES ($1, $2)"};
constexpr Statement kList{"test.list", "SELECT id FROM fact ORDER BY id"};

class SqliteLogTest : public ::testing::Test {
 protected:
  void open() {
    auto opened = SqliteConnection::open("/data/x.db", SqliteConnection::Use::kWriter, vfs_.name());
    ASSERT_TRUE(opened);
    connection_ = *std::move(opened);
    ASSERT_TRUE(connection_->execute("CREATE TABLE IF NOT EXISTS fact (id INTEGER PRIMARY KEY, body TEXT)"));
  }
  void insert(std::int64_t id) {
    ASSERT_TRUE(connection_->run(kInsert, {id, std::string(3'000, 'b')}, {}, nullptr));
  }
  std::vector<std::int64_t> list() {
    std::vector<std::int64_t> ids;
    const RowReader read = [&](const Row& row) { ids.push_back(row.integer(0)); };
    EXPECT_TRUE(connection_->run(kList, {}, {}, &read));
    return ids;
  }
  bool drop() {
    connection_.reset();
    const auto dropped = drop_last_transaction(disk_, "/data/x.db-wal", "/data/quarantine");
    EXPECT_TRUE(dropped) << dropped.error().detail;
    open();
    return *dropped;
  }

  FaultDisk disk_;
  ManualClock clock_;
  SeededRandom random_{4};
  SqliteVfs vfs_{disk_, clock_, random_, nullptr};
  std::unique_ptr<SqliteConnection> connection_;
};

TEST_F(SqliteLogTest, TheLastTransactionIsTakenOutAloneAndCopied) {
  open();
  for (std::int64_t id = 1; id <= 20; ++id) insert(id);
  for (std::int64_t left = 19; left >= 17; --left) {
    EXPECT_TRUE(drop());
    EXPECT_EQ(list().size(), static_cast<std::size_t>(left));
    EXPECT_EQ(list().back(), left);
  }
  EXPECT_EQ(disk_.list("/data/quarantine")->size(), 3U);
  insert(99);
  EXPECT_EQ(list().back(), 99);
}

TEST_F(SqliteLogTest, WhatACheckpointHasTakenOverStays) {
  open();
  insert(1);
  insert(2);
  ASSERT_TRUE(connection_->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  EXPECT_FALSE(drop());
  EXPECT_EQ(list(), std::vector<std::int64_t>({1, 2}));
  insert(3);
  EXPECT_TRUE(drop());
  EXPECT_EQ(list(), std::vector<std::int64_t>({1, 2}));
}

TEST_F(SqliteLogTest, FramesOfAnEarlierUseOfTheLogDoNotCount) {
  open();
  for (std::int64_t id = 1; id <= 20; ++id) insert(id);
  ASSERT_TRUE(connection_->execute("PRAGMA wal_checkpoint(RESTART)"));
  insert(21);  // The log begins anew over the old frames, which stay behind it.
  EXPECT_TRUE(drop());
  EXPECT_EQ(list().size(), 20U);
}

TEST_F(SqliteLogTest, EndsWhereSqliteEndsWhateverByteIsDamaged) {
  open();
  for (std::int64_t id = 1; id <= 6; ++id) insert(id);
  connection_.reset();
  const std::string sound = disk_.bytes("/data/x.db-wal");
  for (std::size_t at = 0; at < sound.size(); at += 97) {
    SCOPED_TRACE(at);
    std::string& bytes = disk_.bytes("/data/x.db-wal");
    bytes = sound;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    const auto file = disk_.open("/data/x.db-wal", Disk::Open::kReadOnly);
    const auto end = find_log_end(**file);
    ASSERT_TRUE(end);
    EXPECT_LE(end->last_commit, sound.size());
    EXPECT_LE(end->previous_commit, end->last_commit);
    const std::uint64_t damaged_at = at;
    EXPECT_LE(end->last_commit, damaged_at) << "a frame that is not whole was taken for one";
  }
}

}  // namespace
}  // namespace postroad::storage
