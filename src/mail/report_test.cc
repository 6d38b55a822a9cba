#include <gtest/gtest.h>

#include "mail/address_suggestion.h"
#include "mail/feedback_report.h"

namespace postroad::mail {
namespace {

TEST(SuggestAddress, MendsSlipsAndLeavesTheRest) {
  EXPECT_EQ(suggest_address("Ana.L@gmial.com"), "Ana.L@gmail.com");
  EXPECT_EQ(suggest_address("a@hotmial.co"), "a@hotmail.com");
  EXPECT_EQ(suggest_address("a@gmail"), "a@gmail.com");
  EXPECT_EQ(suggest_address("a@outlok.com"), "a@outlook.com");
  for (const std::string_view fine : {"a@gmail.com", "a@email.com", "a@yahoo.de", "a@example.com",
                                      "a@mail.shop.example", "a@hp.com", "gmial.com", "@gmial.com", ""}) {
    EXPECT_EQ(suggest_address(fine), std::nullopt) << fine;
  }
}

TEST(ReadFeedbackReport, ReadsTheStandardForm) {
  const MimeMessage message = parse_mime(
      "From: fbl@isp.example\nContent-Type: multipart/report; report-type=feedback-report; "
      "boundary=b\n\n--b\n\nText\n--b\n"
      "Content-Type: message/feedback-report\n\nFeedback-Type: Abuse\nUser-Agent: A/1\nVersion: "
      "1\nOriginal-Rcpt-To: <ana@isp.example>\n"
      "Original-Rcpt-To: bo@isp.example\nReporting-MTA: dns; mx.isp.example\nIncidents: 3\nSource-IP: "
      "192.0.2.1\n--b\n"
      "Content-Type: message/rfc822\n\nMessage-Id: <1@shop.example>\n\nx\n--b--\n");
  const auto report = read_feedback_report(message);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->feedback_type, "abuse");
  EXPECT_EQ(report->original_rcpt_to, (std::vector<std::string>{"ana@isp.example", "bo@isp.example"}));
  EXPECT_EQ(report->reporting_mta, "mx.isp.example");
  EXPECT_EQ(report->incidents, 3u);
  EXPECT_EQ(report->original_message_id, "1@shop.example");
}

TEST(ReadFeedbackReport, LeavesOrdinaryMailAlone) {
  const MimeMessage message =
      parse_mime("From: ana@x.example\nSubject: feedback\n\nWhat is a Feedback-Type: field?\n");
  EXPECT_FALSE(read_feedback_report(message));
}

}  // namespace
}  // namespace postroad::mail
