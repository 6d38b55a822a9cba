#include "mail/dkim_signer.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace postroad::mail {
namespace {

std::string canonical_body(std::string_view body, Canonicalization mode, std::size_t piece) {
  BodyCanonicalizer canonicalizer(mode);
  std::string out;
  for (std::size_t at = 0; at < body.size(); at += piece) canonicalizer.update(body.substr(at, piece), out);
  canonicalizer.finish(out);
  return out;
}

struct BodyCase {
  std::string_view body, simple, relaxed;
};

TEST(BodyCanonicalizer, FollowsTheExamplesInAnySplit) {
  for (const auto& [body, simple, relaxed] : {
           BodyCase{" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n"},
           BodyCase{"", "\r\n", ""},
           BodyCase{"\r\n\r\n", "\r\n", ""},
           BodyCase{"a", "a\r\n", "a\r\n"},
           BodyCase{"a\r\n \t\r\n\r\n", "a\r\n \t\r\n", "a\r\n"},
           BodyCase{"\r\n\r\na\r\n", "\r\n\r\na\r\n", "\r\n\r\na\r\n"},
           BodyCase{"a\rb\nc\r\r\n", "a\rb\nc\r\r\n", "a\rb\nc\r\r\n"},
       }) {
    for (std::size_t piece = 1; piece < 6; ++piece) {
      SCOPED_TRACE(testing::Message() << "[" << body << "] in pieces of " << piece);
      EXPECT_EQ(canonical_body(body, Canonicalization::kSimple, piece), simple);
      EXPECT_EQ(canonical_body(body, Canonicalization::kRelaxed, piece), relaxed);
    }
  }
}

TEST(CanonicalField, FollowsTheExamples) {
  EXPECT_EQ(canonical_field("A: X\r\n", Canonicalization::kRelaxed), "a:X\r\n");
  EXPECT_EQ(canonical_field("B : Y\t\r\n\tZ  \r\n", Canonicalization::kRelaxed), "b:Y Z\r\n");
  EXPECT_EQ(canonical_field("B : Y\t\r\n\tZ  \r\n", Canonicalization::kSimple), "B : Y\t\r\n\tZ  \r\n");
}

TEST(BodyHash, OfAnEmptyBodyIsTheDocumentedOne) {
  EXPECT_EQ(base64_encode(body_hash("", Canonicalization::kSimple)),
            "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
  EXPECT_EQ(base64_encode(body_hash("", Canonicalization::kRelaxed)),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST(DkimKey, SurvivesPem) {
  for (const bool rsa : {true, false}) {
    const DkimKey key = *(rsa ? DkimKey::generate_rsa() : DkimKey::generate_ed25519());
    const auto back = DkimKey::from_pem(key.private_pem());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->dns_record(), key.dns_record());
    EXPECT_EQ(back->sign("x"), key.sign("x"));
    EXPECT_TRUE(key.dns_record().starts_with(rsa ? "v=DKIM1; k=rsa; p=MIIB" : "v=DKIM1; k=ed25519; p="));
  }
  EXPECT_FALSE(DkimKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
  EXPECT_FALSE(DkimKey::generate_rsa(512));
}

TEST(DkimSignature, NamesEveryTrustedFieldOnceMoreThanItOccurs) {
  const DkimKey key = *DkimKey::generate_ed25519();
  const auto header =
      HeaderBlock::scan("From: a@x.example\r\nTo: b@x.example\r\nSubject: s\r\nReferences: <r>\r\n\r\n");
  const DkimSigning signing{
      .domain = "x.example", .selector = "s1", .now = UnixSeconds{std::chrono::seconds{1000}}};
  const auto field = dkim_signature(key, signing, header, body_hash("hello\r\n"));
  ASSERT_TRUE(field) << field.error().detail;
  const std::string flat = unfold(*field);
  EXPECT_NE(flat.find("From:From:To:To:Cc:Subject:Subject:Date:Reply-To:"), std::string::npos) << flat;
  EXPECT_NE(flat.find("References"), std::string::npos);
  EXPECT_EQ(flat.find("List-Id"), std::string::npos);
  EXPECT_EQ(flat.find("l="), flat.find("l=", flat.find("bh=")));
  EXPECT_NE(flat.find("t=1000; x=605800;"), std::string::npos);
  EXPECT_FALSE(dkim_signature(key, {.domain = "x;d=y", .selector = "s"}, header, body_hash("")));
  for (const std::string_view line : split(*field, '\n')) EXPECT_LE(line.size(), 100u);
}

}  // namespace
}  // namespace postroad::mail
