#include "mail/bounce.h"

#include <gtest/gtest.h>

#include "mail/bounce_text.h"
#include "mail/delivery_status.h"

namespace postroad::mail {
namespace {

TEST(ParseDeliveryStatus, ReadsFieldsAndBlocks) {
  const auto status = parse_delivery_status(
      "Reporting-MTA: dns; mx.example\r\nArrival-Date: x\r\n\r\nOriginal-Recipient: rfc822;Ana@x.example\r\n"
      "Final-Recipient: RFC822; <ana@y.example>\r\nAction: Failed (once)\r\nStatus: 5.1.1 (no)\r\n"
      "Diagnostic-Code: smtp; 550 5.1.1\r\n  no such user\r\n\r\nFinal-Recipient: rfc822; "
      "b@x.example\r\nAction: delayed\r\nStatus: 4.4.7\r\n");
  EXPECT_EQ(status.reporting_mta, "mx.example");
  ASSERT_EQ(status.recipients.size(), 2u);
  EXPECT_EQ(status.recipients[0].address, "ana@y.example");
  EXPECT_EQ(status.recipients[0].original_address, "Ana@x.example");
  EXPECT_EQ(status.recipients[0].action, "failed");
  EXPECT_EQ(status.recipients[0].status->text(), "5.1.1");
  EXPECT_EQ(status.recipients[0].diagnostic, "550 5.1.1  no such user");
  EXPECT_EQ(reply_code_in(status.recipients[0].diagnostic), 550);
  EXPECT_EQ(status.recipients[1].action, "delayed");
}

BounceReport classify(std::string_view text) {
  const MimeMessage message = parse_mime(text);
  return classify_bounce(message);
}

TEST(ClassifyBounce, ReadsProse) {
  const auto report = classify(
      "From: MAILER-DAEMON@x.example\nTo: shop@y.example\nSubject: failure notice\n\nHi. This is the "
      "qmail-send program at x.example.\n"
      "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n<ana@x.example>:\n550 "
      "5.1.1 no such user\n\n"
      "--- Below this line is a copy of the message.\n\nReturn-Path: <shop@y.example>\nMessage-Id: "
      "<1@y.example>\nTo: other@x.example\n");
  EXPECT_TRUE(report.bounce);
  ASSERT_EQ(report.recipients.size(), 1u);
  EXPECT_EQ(report.recipients[0].address, "ana@x.example");
  EXPECT_TRUE(report.recipients[0].permanent());
  EXPECT_EQ(report.recipients[0].reason, BounceReason::kInvalidRecipient);
  EXPECT_EQ(report.original_message_id, "1@y.example");
}

TEST(ClassifyBounce, GivesNamesInAListTheReportersDomain) {
  const auto report = classify(
      "From: Mail Delivery Subsystem <MAILER-DAEMON@north.example>\nTo: shop@y.example\nSubject: returned mail\n\n"
      "Your mail to the following recipients could not be delivered:\n\n   ana.lee\n   bo     no such mailbox\n\n"
      "   Please check the names.\n");
  ASSERT_EQ(report.recipients.size(), 2u);
  EXPECT_EQ(report.recipients[0].address, "ana.lee@north.example");
  EXPECT_EQ(report.recipients[1].address, "bo@north.example");
  const auto person = classify(
      "From: Ana <ana@north.example>\nTo: shop@y.example\nSubject: guests\n\nI could not reach the following:\n\n   Bo\n");
  EXPECT_TRUE(person.recipients.empty());
}

TEST(ClassifyBounce, TellsRepliesAndPeopleApart) {
  const auto vacation =
      classify("From: ana@x.example\nAuto-Submitted: auto-replied\nSubject: Re: hi\n\nI am away.\n");
  EXPECT_TRUE(vacation.auto_reply);
  EXPECT_FALSE(vacation.bounce);
  const auto person = classify(
      "From: ana@x.example\nSubject: Re: order\n\nThe parcel to bo@x.example could not be opened, why?\n");
  EXPECT_FALSE(person.auto_reply);
  EXPECT_FALSE(person.bounce);
  EXPECT_TRUE(person.recipients.empty());
  const auto list =
      classify("From: l@x.example\nList-Id: <l.x>\nPrecedence: list\nSubject: digest\n\nnews\n");
  EXPECT_FALSE(list.auto_reply);
}

TEST(MustNotBeAnswered, HoldsForMachinesAndLists) {
  for (const std::string_view header : {"Auto-Submitted: auto-generated\n\n", "Precedence: Bulk\n\n",
                                        "List-Id: <l.x>\n\n", "X-Autoreply: yes\n\n"}) {
    EXPECT_TRUE(must_not_be_answered(HeaderBlock::scan(header))) << header;
  }
  EXPECT_FALSE(must_not_be_answered(HeaderBlock::scan("Auto-Submitted: no\nSubject: hi\n\n")));
}

TEST(ClassifyBounce, LeavesPeopleWhoWriteOfFailures) {
  for (const std::string_view subject : {"Re: Hello", "AW: Hallo", "Fwd: order", "RE[2]: Hello"}) {
    const BounceReport report = classify("From: kim@x.example\nSubject: " + std::string(subject) +
                                         "\n\nThe delivery failed yesterday, could you send it to bob@x.example? 550 pieces.\n");
    EXPECT_FALSE(report.bounce) << subject;
    EXPECT_TRUE(report.recipients.empty()) << subject;
  }
  EXPECT_TRUE(classify("From: mailer-daemon@x.example\nSubject: Re: Hello\n\nUnable to deliver to bob@y.example: 550 no such user\n").bounce)
      << "a mail system may write so too";
}

TEST(ClassifyBounce, IsBoundedOnHostileText) {
  std::string text = "From: mailer-daemon@x.example\nSubject: failure notice\n\nUnable to deliver\n";
  for (int i = 0; i < 20'000; ++i) text += "<a" + std::to_string(i) + "@x.example>: 550 no\n";
  EXPECT_LE(classify(text).recipients.size(), kBounceRecipientsMax);
  EXPECT_TRUE(classify("From: mailer-daemon@x\nSubject: failure notice\n\n" + std::string(200'000, '@'))
                  .recipients.empty());
}

TEST(BounceReason, NeedsMoreThanABare550ToSuppress) {
  EXPECT_EQ(bounce_reason("550 Rejected", EnhancedCode{5, 0, 0}, 550), BounceReason::kUnknown);
  EXPECT_EQ(bounce_reason("", EnhancedCode{5, 1, 1}, 550), BounceReason::kInvalidRecipient);
  EXPECT_EQ(bounce_reason("550 5.7.26 fails DMARC policy", {}, 550), BounceReason::kAuthBlock);
  EXPECT_EQ(bounce_reason("452 4.2.2 Mailbox full", {}, 452), BounceReason::kMailboxFull);
  EXPECT_EQ(bounce_reason("450 4.2.0 Greylisted, try again later", {}, 450), BounceReason::kThrottled);
}

}  // namespace
}  // namespace postroad::mail
