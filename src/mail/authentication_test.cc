#include <gtest/gtest.h>

#include "mail/arc.h"
#include "mail/dkim_signer.h"
#include "mail/dkim_verifier.h"

namespace postroad::mail {
namespace {

constexpr std::string_view kMessage =
    "From: Ana <a@x.example>\r\nTo: b@y.example\r\nSubject: hi  there\r\n folded\r\nMessage-ID: "
    "<1@x>\r\n\r\nHello \t world\r\n\r\n\r\n";

struct World {
  DkimKey rsa = *DkimKey::generate_rsa();
  DkimKey ed25519 = *DkimKey::generate_ed25519();
  DnsAnswers dns;

  World() {
    dns.add({DnsType::kTxt, "rsa._domainkey.x.example"}, {DnsStatus::kAnswered, {rsa.dns_record()}});
    dns.add({DnsType::kTxt, "ed._domainkey.x.example"}, {DnsStatus::kAnswered, {ed25519.dns_record()}});
  }
  std::string sign(std::string_view message, const DkimKey& key, std::string_view selector,
                   Canonicalization mode) const {
    const HeaderBlock header = HeaderBlock::scan(message);
    const DkimSigning signing{.domain = "x.example",
                              .selector = selector,
                              .now = UnixSeconds{std::chrono::seconds{1000}},
                              .header = mode,
                              .body = mode};
    return *dkim_signature(key, signing, header, body_hash(header.body(), mode)) + std::string(message);
  }
  DkimReport verify(std::string_view message, std::int64_t now = 2000) const {
    const HeaderBlock header = HeaderBlock::scan(message);
    return DkimVerifier(header, {.now = UnixSeconds{std::chrono::seconds{now}}}).finish(dns);
  }
};

TEST(Dkim, VerifiesWhatItSigned) {
  const World world;
  for (const auto mode : {Canonicalization::kSimple, Canonicalization::kRelaxed}) {
    const std::string once = world.sign(kMessage, world.rsa, "rsa", mode);
    const std::string twice = world.sign(once, world.ed25519, "ed", mode);
    const DkimReport report = world.verify(twice);
    ASSERT_EQ(report.signatures.size(), 2u);
    EXPECT_EQ(report.signatures[0].result, DkimResult::kPass) << report.signatures[0].reason;
    EXPECT_EQ(report.signatures[1].result, DkimResult::kPass) << report.signatures[1].reason;
  }
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Dkim, NoticesEveryChange) {
  const World world;
  const std::string signed_message = world.sign(kMessage, world.rsa, "rsa", Canonicalization::kRelaxed);
  EXPECT_EQ(world.verify(replaced(signed_message, "Hello", "Hallo")).result, DkimResult::kFail);
  EXPECT_EQ(world.verify(replaced(signed_message, "hi ", "ho ")).result, DkimResult::kFail);
  EXPECT_EQ(world.verify("Subject: second\r\n" + signed_message).result, DkimResult::kFail)
      << "a field was added in front";
  EXPECT_EQ(
      world.verify(replaced(signed_message, "\r\n\r\nHello", "\r\nCc: c@x.example\r\n\r\nHello")).result,
      DkimResult::kFail);
  EXPECT_EQ(world.verify(replaced(signed_message, "Hello \t world", "Hello world")).result, DkimResult::kPass)
      << "relaxed";
}

TEST(Dkim, JudgesKeysAndTime) {
  World world;
  const std::string signed_message = world.sign(kMessage, world.rsa, "rsa", Canonicalization::kRelaxed);
  EXPECT_EQ(world.verify(signed_message, 1000 + 8 * 86400).result, DkimResult::kFail) << "expired";
  EXPECT_EQ(world.verify(kMessage).result, DkimResult::kNone);
  const auto with_key = [&](DnsAnswer answer) {
    world.dns.add({DnsType::kTxt, "rsa._domainkey.x.example"}, std::move(answer));
    return world.verify(signed_message).result;
  };
  EXPECT_EQ(with_key({DnsStatus::kFailed, {}}), DkimResult::kTemperror);
  EXPECT_EQ(with_key({DnsStatus::kNoSuchName, {}}), DkimResult::kPermerror);
  EXPECT_EQ(with_key({DnsStatus::kAnswered, {"v=DKIM1; p="}}), DkimResult::kPermerror);
  EXPECT_EQ(with_key({DnsStatus::kAnswered, {world.ed25519.dns_record()}}), DkimResult::kPermerror);
  EXPECT_EQ(with_key({DnsStatus::kAnswered, {"v=spf1", world.rsa.dns_record() + "; s=web"}}),
            DkimResult::kPermerror);
  EXPECT_EQ(with_key({DnsStatus::kAnswered, {"junk", world.rsa.dns_record()}}), DkimResult::kPass);
}

TEST(Arc, ValidatesAChainItSealed) {
  const World world;
  std::string message(kMessage);
  for (int hop = 1; hop <= 3; ++hop) {
    const HeaderBlock header = HeaderBlock::scan(message);
    const ArcReport before = ArcVerifier(header).finish(world.dns);
    EXPECT_EQ(before.result, hop == 1 ? ArcResult::kNone : ArcResult::kPass) << before.reason;
    const DkimSigning signing{.domain = "x.example",
                              .selector = hop == 2 ? "ed" : "rsa",
                              .now = UnixSeconds{std::chrono::seconds{1000}}};
    const auto sealed =
        seal_arc(hop == 2 ? world.ed25519 : world.rsa, signing, header, body_hash(header.body()),
                 "mx.x.example", "spf=pass smtp.mailfrom=a@x.example", before);
    ASSERT_TRUE(sealed);
    message = *sealed + message;
  }
  const HeaderBlock header = HeaderBlock::scan(message);
  const ArcReport report = ArcVerifier(header).finish(world.dns);
  EXPECT_EQ(report.result, ArcResult::kPass) << report.reason;
  EXPECT_EQ(report.sets, 3u);
  EXPECT_EQ(report.authentication_results, "mx.x.example;\tspf=pass smtp.mailfrom=a@x.example");
  const std::string changed = replaced(message, "Hello", "Hallo");
  const HeaderBlock changed_header = HeaderBlock::scan(changed);
  EXPECT_EQ(ArcVerifier(changed_header).finish(world.dns).result, ArcResult::kFail);
  EXPECT_TRUE(ArcVerifier(changed_header).finish({}).result == ArcResult::kFail);
}

}  // namespace
}  // namespace postroad::mail
