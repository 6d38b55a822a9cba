#include "queue/taken_file.h"

#include <gtest/gtest.h>

#include "storage/real_disk.h"
#include "storage/testing/store_fixture.h"

namespace postroad::queue {
namespace {

class TakenFileTest : public testing::Test {
 protected:
  std::unique_ptr<TakenFile> open(std::string boot_id = "boot") {
    auto opened = TakenFile::open(disk_, path(), 8, std::move(boot_id));
    EXPECT_TRUE(opened.has_value()) << opened.error().detail;
    return *std::move(opened);
  }
  std::string path() const { return directory_.path() + "/taken.now"; }
  static Outcome delivered(std::int64_t recipient) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::kDelivered;
    outcome.recipient = RecipientId{recipient};
    outcome.status = {.code = 250, .message = "2.0.0 kept as 4711", .enhanced_code = "2.0.0", .session_seconds = 0.25,
                      .mx_host = "mx.north.test", .tls = true, .certificate_verified = true, .utf8 = false};
    outcome.sending_ip = "192.0.2.7";
    outcome.dkim_domain = "mail.shop.test";
    return outcome;
  }

  storage::RealDisk disk_;
  storage::testing::TemporaryDirectory directory_;
};

TEST_F(TakenFileTest, TellsTheNextProcessWhatWasTaken) {
  open()->note(3, MessageId{7}, delivered(11));
  const auto next = open();
  ASSERT_EQ(next->left().size(), 1u);
  const TakenDelivery& one = next->left().front();
  EXPECT_EQ(one.message, MessageId{7});
  EXPECT_EQ(one.recipient, RecipientId{11});
  EXPECT_EQ(one.outcome.kind, Outcome::Kind::kDelivered);
  EXPECT_EQ(one.outcome.recipient, RecipientId{11});
  EXPECT_EQ(one.outcome.status.code, 250);
  EXPECT_EQ(one.outcome.status.message, "2.0.0 kept as 4711");
  EXPECT_EQ(one.outcome.status.enhanced_code, "2.0.0");
  EXPECT_EQ(one.outcome.status.session_seconds, 0.25);
  EXPECT_EQ(one.outcome.status.mx_host, "mx.north.test");
  EXPECT_EQ(one.outcome.status.tls, true);
  EXPECT_TRUE(one.outcome.status.certificate_verified);
  EXPECT_FALSE(one.outcome.status.utf8);
  EXPECT_EQ(one.outcome.sending_ip, "192.0.2.7");
  EXPECT_EQ(one.outcome.dkim_domain, "mail.shop.test");
}

TEST_F(TakenFileTest, AnotherBootOrAnUnknownOneTellsNothing) {
  open()->note(0, MessageId{7}, delivered(11));
  EXPECT_TRUE(open("another boot")->left().empty()) << "after a power cut the file may be any mixture";
  EXPECT_TRUE(open("")->left().empty());
  EXPECT_EQ(open()->left().size(), 1u);
  open("")->note(1, MessageId{7}, delivered(12));
  EXPECT_EQ(open()->left().size(), 1u);
}

TEST_F(TakenFileTest, NothingButDeliveriesIsNoted) {
  for (const auto kind : {Outcome::Kind::kDeferred, Outcome::Kind::kBounced, Outcome::Kind::kRejected, Outcome::Kind::kHeld}) {
    Outcome outcome = delivered(11);
    outcome.kind = kind;
    open()->note(0, MessageId{7}, outcome);
  }
  EXPECT_TRUE(open()->left().empty());
}

TEST_F(TakenFileTest, LongWordsAreCutAndAHostThatDoesNotFitIsNotNoted) {
  Outcome wordy = delivered(11);
  wordy.status.message.clear();
  for (int i = 0; i < 1000; ++i) wordy.status.message += "\xc3\xb6";
  open()->note(0, MessageId{7}, wordy);
  Outcome long_host = delivered(12);
  long_host.status.mx_host = std::string(600, 'h');
  open()->note(1, MessageId{7}, long_host);
  const auto next = open();
  ASSERT_EQ(next->left().size(), 1u);
  EXPECT_TRUE(wordy.status.message.starts_with(next->left().front().outcome.status.message));
  EXPECT_GT(next->left().front().outcome.status.message.size(), 300u);
  EXPECT_EQ(next->left().front().outcome.status.message.size() % 2, 0u) << "half a character";
}

TEST_F(TakenFileTest, APlaceThatDoesNotVerifyIsFree) {
  const auto file = open();
  file->note(0, MessageId{7}, delivered(11));
  file->note(1, MessageId{7}, delivered(12));
  auto raw = disk_.open(path(), storage::Disk::Open::kCreate);
  ASSERT_TRUE(raw.has_value());
  ASSERT_TRUE((*raw)->pwrite("x", 30).has_value());
  const auto next = open();
  ASSERT_EQ(next->left().size(), 1u);
  EXPECT_EQ(next->left().front().recipient, RecipientId{12});
}

TEST_F(TakenFileTest, ACleanEndLeavesNothing) {
  const auto file = open();
  file->note(0, MessageId{7}, delivered(11));
  file->close();
  file->note(1, MessageId{7}, delivered(12));
  EXPECT_TRUE(open()->left().empty());
}

}  // namespace
}  // namespace postroad::queue
