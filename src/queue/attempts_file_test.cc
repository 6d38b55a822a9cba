#include "queue/attempts_file.h"

#include <gtest/gtest.h>

#include "queue/crash_guard.h"
#include "storage/real_disk.h"
#include "storage/testing/fault_disk.h"
#include "storage/testing/store_fixture.h"

namespace postroad::queue {
namespace {

spool::AttemptRange range(std::int64_t message) {
  return {MessageId{message}, RecipientId{message * 10 + 1}, RecipientId{message * 10 + 5}};
}

std::string told(const std::vector<LeftAttempt>& left) {
  std::string text;
  for (const LeftAttempt& one : left) {
    text += std::to_string(one.range.message.value) + ":" + std::to_string(one.range.first.value) + "-" +
            std::to_string(one.range.last.value) + "/" + std::to_string(static_cast<int>(one.trial)) + " ";
  }
  return text;
}

class AttemptsFileTest : public testing::Test {
 protected:
  std::unique_ptr<AttemptsFile> open(std::string boot = "first") {
    auto opened = AttemptsFile::open(disk_, path_, 4, std::move(boot));
    EXPECT_TRUE(opened.has_value());
    return *std::move(opened);
  }
  storage::testing::TemporaryDirectory directory_;
  storage::RealDisk disk_;
  const std::string path_ = directory_.path() + "/attempts.now";
};

TEST_F(AttemptsFileTest, TellsTheNextProcessWhatWasUnderWay) {
  {
    const auto before = open();
    EXPECT_TRUE(before->left().empty());
    const std::size_t first = before->began(range(1), Trial::kUsual);
    before->began(range(2), Trial::kUsual);
    const std::size_t third = before->began(range(3), Trial::kAlone);
    before->changed(third, Trial::kLate);
    before->ended(first);
    before->began(range(4), Trial::kAlone);
  }
  const auto after = open();
  EXPECT_EQ(told(after->left()), "4:41-45/2 2:21-25/1 3:31-35/3 ");
  after->clear();
  EXPECT_TRUE(open()->left().empty());
}

TEST_F(AttemptsFileTest, KillsAreCountedUntilASuspectComesToItsEnd) {
  open()->clear(7);
  EXPECT_EQ(open("second")->kills_in_a_row(), 0);
  const auto after = open();
  EXPECT_EQ(after->kills_in_a_row(), 7);
  after->ended(after->began(range(1), Trial::kUsual));
  EXPECT_EQ(open()->kills_in_a_row(), 7) << "others come to their ends beside the one that kills";
  const std::size_t suspect = after->began(range(2), Trial::kAlone);
  EXPECT_EQ(open()->kills_in_a_row(), 7);
  after->ended(suspect);
  EXPECT_EQ(open()->kills_in_a_row(), 0);
}

TEST_F(AttemptsFileTest, WhatWasWrittenBeforeTheMachineStartedChargesNobody) {
  open("first")->began(range(1), Trial::kUsual);
  EXPECT_TRUE(open("second")->left().empty());
  EXPECT_EQ(open("first")->left().size(), 1u);
}

TEST_F(AttemptsFileTest, WhatIsTornOrStrangeChargesNobody) {
  {
    const auto before = open();
    before->began(range(1), Trial::kUsual);
    before->began(range(2), Trial::kUsual);
  }
  {
    const auto file = disk_.open(path_, storage::Disk::Open::kExisting);
    ASSERT_TRUE(file && (*file)->pwrite("x", 35));          // Within the first place's record.
    ASSERT_TRUE((*file)->pwrite(std::string(7, 'y'), 96));  // Less than a third one.
  }
  EXPECT_EQ(told(open()->left()), "2:21-25/1 ");
}

TEST(ChargedWith, IsEveryUsualAttemptAndOfSuspectsTheOneThatWasAlone) {
  struct Case {
    std::string_view about;
    std::vector<LeftAttempt> left;
    std::vector<std::int64_t> charged;
  };
  for (const auto& [about, left, charged] : {
           Case{"nothing was under way", {}, {}},
           Case{"any of the usual may be the one", {{range(1), Trial::kUsual}, {range(2), Trial::kUsual}}, {1, 2}},
           Case{"the suspect that was alone, not the slow one", {{range(1), Trial::kLate}, {range(2), Trial::kAlone}, {range(3), Trial::kUsual}}, {2, 3}},
           Case{"the slow ones when none was alone", {{range(1), Trial::kLate}, {range(2), Trial::kLate}}, {1, 2}},
       }) {
    SCOPED_TRACE(about);
    std::vector<std::int64_t> found;
    for (const spool::AttemptRange& one : charged_with(left)) found.push_back(one.message.value);
    EXPECT_EQ(found, charged);
  }
}

}  // namespace
}  // namespace postroad::queue
