#include "storage/store_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "storage/testing/store_fixture.h"

namespace postroad::storage {
namespace {

using namespace testing;  // NOLINT: the fixtures are written for these tests.

class StoreReaderTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteStore> own(std::string data) {
    SqliteStore::Options options;
    options.directory = std::move(data);
    options.threads = false;
    auto store = SqliteStore::open(disk_, clock_, random_, options, kTestMigrations);
    EXPECT_TRUE(store) << store.error().detail;
    return *std::move(store);
  }
  auto look() { return StoreReader::open(disk_, clock_, random_, data_); }
  /// Every file below the directory with what is in it.
  std::map<std::string, std::string> files() {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
      std::stringstream text;
      if (entry.is_regular_file()) text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      all[entry.path().string()] = text.str();
    }
    return all;
  }

  TemporaryDirectory directory_;
  const std::string data_ = directory_.path() + "/data";
  RealDisk disk_;
  ManualClock clock_;
  SystemRandom random_;
};

TEST_F(StoreReaderTest, SeesWhatACrashLeftInTheLogAndChangesNoByte) {
  {
    auto store = own(directory_.path() + "/alive");
    ASSERT_TRUE(run(store->commit(letter_unit(1, "one"))));
    // As a kill leaves it: the log not yet copied to the database.
    std::filesystem::copy(directory_.path() + "/alive", data_, std::filesystem::copy_options::recursive);
  }
  ASSERT_GT(std::filesystem::file_size(data_ + "/postroad.db-wal"), 0U);
  const auto before = files();
  {
    auto reader = look();
    ASSERT_TRUE(reader) << reader.error().detail;
    const auto found = letters(**reader);
    ASSERT_TRUE(found) << found.error().detail;
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ(found->front().name, "letter 1");
    EXPECT_EQ(run((*reader)->commit(letter_unit(2, "two"))).error().code, ErrorCode::kUnsupported);
    EXPECT_EQ((*reader)->read_content(found->front().location).error().code, ErrorCode::kUnsupported);
  }
  EXPECT_EQ(files(), before);
}

TEST_F(StoreReaderTest, SeesWhatAWholeEndLeft) {
  {
    auto store = own(data_);
    ASSERT_TRUE(run(store->commit(letter_unit(1, "one"))));
  }
  for (const bool with_log : {true, false}) {
    if (!with_log) std::filesystem::remove(data_ + "/postroad.db-wal");
    const auto before = files();
    auto reader = look();
    ASSERT_TRUE(reader) << reader.error().detail;
    EXPECT_EQ(letters(**reader)->size(), 1U);
    reader->reset();
    EXPECT_EQ(files(), before) << "with_log " << with_log;
  }
}

TEST_F(StoreReaderTest, AsksForNoLock) {
  auto store = own(data_);
  ASSERT_TRUE(run(store->commit(letter_unit(1, "one"))));
  auto reader = look();
  ASSERT_TRUE(reader);
  EXPECT_TRUE(letters(**reader));
  EXPECT_TRUE(run(store->commit(letter_unit(2, "two")))) << "the owner goes on";
}

TEST_F(StoreReaderTest, MakesNoStoreWhereThereIsNone) {
  EXPECT_EQ(look().error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(data_));
}

}  // namespace
}  // namespace postroad::storage
