#include "ingress/http/inbox/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "ingress/http/inbox/search.h"
#include "ingress/http/inbox/view.h"

namespace postroad::ingress::http::inbox {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(OneTimeCode, IsWhatTheTextAnnounces) {
  struct Case {
    std::string_view text, code;
  };
  for (const Case& one : {
           Case{"Your code is 123456.", "123456"},
           Case{"Your code is 123 456 and lasts 10 minutes", "123456"},
           Case{"Your code:\r\n\r\n  4711\r\n", "4711"},
           Case{"123-456 is your verification code", "123456"},
           Case{"Order 99812345 shipped. Your PIN: 0042", "0042"},
           Case{"Use passcode A1B2C3 before 18:30 on 2026-11-25", "A1B2C3"},
           Case{"G-482913 is your Google verification code", ""},
           Case{"Dein Best\xc3\xa4tigungscode lautet 771204, one-time password", "771204"},
           Case{"code 12345678", "12345678"},
           Case{"code 123456789", ""},
           Case{"code 123", ""},
           Case{"Your code costs $1200", ""},
           Case{"See https://x.test/code/123456?code=654321", ""},
           Case{"We met in 2026", ""},
           Case{"The barcode 123456 is no code of ours: 987654", "987654"},
           Case{"", ""},
       }) {
    EXPECT_EQ(one_time_code(one.text), one.code) << one.text;
  }
}

TEST(Links, ComeOnceInOrder) {
  EXPECT_THAT(links_of(mail::parse_mime("Subject: x\r\n\r\nGo to https://a.test/x?y=1, or (http://b.test/). Again https://a.test/x?y=1!\r\n")),
              ElementsAre("https://a.test/x?y=1", "http://b.test/"));
  EXPECT_THAT(links_of(mail::parse_mime("Content-Type: text/html\r\n\r\n<a href='https://a.test/?p=1&amp;q=2'>x</a> https://not.a.link/"
                                        "<a href=\"javascript:alert(1)\">y</a>")),
              ElementsAre("https://a.test/?p=1&q=2"));
}

TEST(Links, AndCodesAreBoundedInWhatStrangersSend) {
  std::string html = "Content-Type: text/html\r\n\r\n";
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    html += "<a href=\"https://x.test/" + std::to_string(i) + "\">x</a><img src=\"cid:" + std::to_string(i) + "\">";
    text += "code " + std::to_string(100'000 + i) + " ";
  }
  EXPECT_EQ(links_of(mail::parse_mime(html)).size(), kLinksMax);
  EXPECT_FALSE(frame_page(mail::parse_mime(html)).empty());
  EXPECT_EQ(one_time_code(text), "100000");
}

Summary summary_of(std::string_view octets) {
  spool::Message message;
  message.message_id = "1@acme.test";
  return summarize(message, octets);
}

TEST(Summary, SaysInOneLineWhatAMessageHolds) {
  const Summary summary = summary_of(
      "From: =?utf-8?q?J=C3=B6rg?= <j@acme.test>\r\nTo: ana@corp.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
      "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n\r\n   there  \tyou\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nx\r\n--b--\r\n");
  EXPECT_EQ(summary.from, "J\xc3\xb6rg <j@acme.test>");
  EXPECT_EQ(summary.subject, "Gr\xc3\xbc\xc3\x9f" "e");
  EXPECT_EQ(summary.snippet, "Hello there you");
  EXPECT_EQ(summary.attachments, 1u);
  const Summary html = summary_of("Content-Type: text/html; charset=utf-8\r\n\r\n<style>b{}</style><p>Only <b>HTML</b></p>");
  EXPECT_EQ(html.snippet, "Only HTML");
  std::string umlauts = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nx";
  for (int i = 0; i < 500; ++i) umlauts += "\xc3\xbc";
  EXPECT_LE(summary_of(umlauts).snippet.size(), kSnippetBytesMax);
  EXPECT_TRUE(is_valid_utf8(summary_of(umlauts).snippet));
}

TEST(RecipientStates, AreWhatHappenedLast) {
  using events::EventType;
  const auto event = [](EventType type, std::string address, std::string body = "{}") {
    return events::StoredEvent{.type = type, .address = std::move(address), .body = std::move(body)};
  };
  const std::vector<RecipientState> states = states_of({
      event(EventType::kAccepted, "a@x.test"), event(EventType::kAccepted, "b@x.test"), event(EventType::kAccepted, "c@x.test"),
      event(EventType::kAccepted, "d@x.test"), event(EventType::kFailed, "a@x.test", R"({"severity":"temporary"})"),
      event(EventType::kFailed, "b@x.test", R"({"severity":"temporary"})"), event(EventType::kDelivered, "b@x.test"),
      event(EventType::kFailed, "c@x.test", R"({"severity":"permanent","reason":"say \"severity\":\"temporary\""})")});
  ASSERT_EQ(states.size(), 4u);
  EXPECT_EQ(states[0].state, "deferred");
  EXPECT_EQ(states[1].state, "delivered");
  EXPECT_EQ(states[2].state, "failed");
  EXPECT_EQ(states[3].state, "waiting");
}

TEST(Search, FindsWhatAPersonMeans) {
  Summary summary = summary_of("From: Shop <shop@acme.test>\r\nTo: Ana <ana@corp.test>\r\nSubject: Invoice 4711\r\n\r\nPay by Friday, please\r\n");
  const std::vector<RecipientState> states{{"ana@corp.test", "delivered"}, {"bo@north.test", "failed"}};
  for (const std::string_view found : {"", "invoice", "INVOICE shop", "friday", "\"by friday\"", "to:ana", "to:bo@north", "from:shop", "subject:4711",
                                       "subject:\"invoice 4711\"", "is:failed", "-monday", "-has:attachment", "1@acme.test", "   ", "invoice -is:waiting"}) {
    EXPECT_TRUE(Search::parse(found).matches(summary, states)) << found;
  }
  for (const std::string_view missed : {"monday", "invoice monday", "-invoice", "to:shop", "from:ana", "subject:friday", "is:waiting", "has:attachment",
                                        "\"friday by\"", "to:ana -friday"}) {
    EXPECT_FALSE(Search::parse(missed).matches(summary, states)) << missed;
  }
  summary.attachments = 1;
  EXPECT_TRUE(Search::parse("has:attachment").matches(summary, states));
}

TEST(FramePage, HoldsThePicturesOfItsMessageAndNoOthers) {
  const std::string octets =
      "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
      "<!doctype html><html><img src=\"cid:p1\"><img src='cid:nope'><td background=cid:p1><img src=\"cid:evil\"><p>cid:p1</p>\r\n"
      "--b\r\nContent-Type: image/png\r\nContent-Id: <p1>\r\n\r\nPNG\r\n"
      "--b\r\nContent-Type: text/html\r\nContent-Id: <evil>\r\nContent-Disposition: inline\r\n\r\n<script>\r\n--b--\r\n";
  const std::string page = frame_page(mail::parse_mime(octets));
  EXPECT_THAT(page, testing::StartsWith("<!doctype html><base target=\"_blank\">"));
  EXPECT_THAT(page, HasSubstr("<img src=\"data:image/png;base64,UE5H\"><img src='cid:nope'><td background=data:image/png;base64,UE5H>"));
  EXPECT_THAT(page, HasSubstr("<img src=\"cid:evil\"><p>cid:p1</p>"));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_EQ(frame_page(mail::parse_mime("Subject: x\r\n\r\ntext")), "");
}

}  // namespace
}  // namespace postroad::ingress::http::inbox
