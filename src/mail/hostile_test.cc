#include <gtest/gtest.h>

#include "mail/address.h"
#include "mail/address_header.h"
#include "mail/arc.h"
#include "mail/bounce.h"
#include "mail/bounce_text.h"
#include "mail/content_type.h"
#include "mail/dkim_verifier.h"
#include "mail/encoded_word.h"
#include "mail/feedback_report.h"
#include "mail/html/splice.h"
#include "mail/html/text.h"
#include "mail/mime_parser.h"
#include "mail/quote/strip.h"
#include "mail/spf_record.h"

// Whatever is sent, what is kept of it stays within its named bound. What the same inputs cost in time and memory is
// measured by bench/formats and held by test/scenarios/hostile_formats_test.py.
namespace postroad::mail {
namespace {

constexpr std::size_t kMiB = 1u << 20;

std::string filled(std::string_view piece, std::size_t octets) {
  std::string out;
  out.reserve(octets + piece.size());
  while (out.size() < octets) out += piece;
  return out;
}

std::size_t addresses_in(std::string_view text) {
  std::size_t count = 0;
  for (const AddressGroup& group : read_address_header(text)) count += group.members.size();
  return count;
}

TEST(Hostile, AddressFieldsKeepTheirCount) {
  EXPECT_EQ(addresses_in(filled("a@b.example,", kMiB)), kHeaderAddressesMax);
  EXPECT_LE(addresses_in(filled("g:a@b.example;", kMiB)), kHeaderAddressesMax);
  EXPECT_EQ(addresses_in(filled("g:", kMiB)), 0u);
  EXPECT_FALSE(parse_mailbox(filled("(", kMiB))) << "comments nest without end";
  EXPECT_FALSE(parse_mailbox(std::string(kCommentDepthMax + 1, '(') + std::string(kCommentDepthMax + 1, ')') + "a@b.example"));
  EXPECT_FALSE(parse_mailbox_list(filled("a@b.example,", 13 * kMailboxesMax)));
}

TEST(Hostile, MessagesKeepTheirParts) {
  const std::string parts = "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + filled("--b\r\n\r\n", 7 * 1'000'000);
  const MimeMessage many = parse_mime(parts);
  EXPECT_EQ(many.parts.size(), kMimePartsMax);
  EXPECT_TRUE(many.over_limit);
  std::string nested;
  for (int i = 0; i < 10'000; ++i) {
    nested += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\r\n\r\n--b" + std::to_string(i) + "\r\n";
  }
  const MimeMessage deep = parse_mime(nested);
  EXPECT_LE(deep.parts.size(), kMimeDepthMax + 1);
  EXPECT_TRUE(deep.over_limit);
  const std::string fields = filled("A: b\r\n", kMiB) + "\r\n";
  EXPECT_LE(parse_mime(fields).header().fields().size(), kHeaderFieldsMax);
  EXPECT_TRUE(parse_mime(fields).over_limit);
  EXPECT_TRUE(parse_mime("Subject: " + std::string(kMiB, 'x') + "\r\n\r\n").over_limit);
}

TEST(Hostile, HeaderValuesKeepTheirSize) {
  EXPECT_LE(parse_content_type("a/b" + filled(";x*1*=%41;y=z", kMiB)).parameters.size(), kParametersMax);
  const std::string halves = filled("=?utf-8?q?", kMiB);
  EXPECT_LE(decode_words(halves).size(), halves.size());
  const std::string words = filled("=?utf-8?b?4oKs?= ", kMiB);
  EXPECT_LE(decode_words(words).size(), words.size());
}

TEST(Hostile, RepliesGiveBackNoMoreThanTheyGot) {
  std::string rising, prefix;
  while (rising.size() < kMiB) {
    prefix = prefix.size() > 900 ? ">" : prefix + '>';
    rising += prefix + " text\nOn Monday Ana wrote:\n";
  }
  for (const std::string& text : {rising, filled("On Mon, 1 Jan 2024 at 10:00 Ana <a@b.c> wrote\n", kMiB), filled("--\nAna\n", kMiB)}) {
    const quote::StrippedText stripped = quote::strip_text(text, "Ana");
    EXPECT_LE(stripped.text.size() + stripped.signature.size(), text.size());
  }
  for (const std::string_view piece : {"<blockquote>", "<table><tr><td>", "<b><i><p>", "<", "<!--"}) {
    const std::string html = filled(piece, kMiB);
    EXPECT_LE(quote::strip_html(html).size(), html.size()) << piece;
    EXPECT_TRUE(html::find_links(html).empty()) << piece;
    EXPECT_LE(html::to_text(html).size(), 2 * html.size()) << piece;
  }
}

TEST(Hostile, ReportsKeepTheirRecipients) {
  const std::string prose = "From: MAILER-DAEMON@x.example\r\nSubject: failure\r\n\r\n" + filled("<a@b.example>: 550 5.1.1 no\r\n", kMiB);
  EXPECT_LE(classify_bounce(parse_mime(prose)).recipients.size(), kBounceRecipientsMax);
  std::string fields = "From: MAILER-DAEMON@x.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n";
  for (int i = 0; i < 20'000; ++i) fields += "Final-Recipient: rfc822;a" + std::to_string(i) + "@b.example\r\nAction: failed\r\n\r\n";
  EXPECT_EQ(classify_bounce(parse_mime(fields)).recipients.size(), kBounceRecipientsMax);
  std::string complaint = "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n";
  for (int i = 0; i < 5'000; ++i) complaint += "Original-Rcpt-To: <a" + std::to_string(i) + "@b.example>\r\n";
  const auto report = read_feedback_report(parse_mime(complaint));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->original_rcpt_to.size(), kFeedbackListMax);
}

TEST(Hostile, SignaturesAndPoliciesAskNoMoreThanTheyMay) {
  const std::string signatures = filled("DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=AAAA; b=AAAA\r\n", 100'000) + "From: a@x.example\r\n\r\n";
  const HeaderBlock header = HeaderBlock::scan(signatures);
  const DkimVerifier verifier(header);
  EXPECT_LE(verifier.questions().size(), kSignaturesMax);
  EXPECT_LE(verifier.finish(DnsAnswers()).signatures.size(), kSignaturesMax);
  EXPECT_FALSE(parse_spf_record("v=spf1 " + filled("a:%{ir}.x ", 64 * 1024))) << "longer than kSpfRecordBytesMax";
  EXPECT_FALSE(parse_spf_record("v=spf1 " + filled("a ", 2 * (kSpfTermsMax + 1))));
}

}  // namespace
}  // namespace postroad::mail
