#include "mail/message_builder.h"

#include <gtest/gtest.h>

namespace postroad::mail {
namespace {

MessageDraft draft() {
  MessageDraft draft;
  draft.from = {{"Shop", "app", "mail.shop.example"}};
  draft.to = {{"Jörg", "joerg", "north.example"}};
  draft.subject = "Your order 7781";
  draft.text = "Hello\nWorld";
  draft.message_id = "20260301090000.7c1f@mail.shop.example";
  draft.date = UnixSeconds{std::chrono::seconds{1'772'355'600}};
  draft.boundary_seed = "0123456789abcdef";
  return draft;
}

TEST(BuildMessage, WritesPlainTextAsOnePart) {
  EXPECT_EQ(*build_message(draft()),
            "From: Shop <app@mail.shop.example>\r\n"
            "To: =?utf-8?Q?J=C3=B6rg?= <joerg@north.example>\r\n"
            "Subject: Your order 7781\r\n"
            "Date: Sun, 01 Mar 2026 09:00:00 +0000\r\n"
            "Message-Id: <20260301090000.7c1f@mail.shop.example>\r\n"
            "Mime-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "Hello\r\nWorld\r\n");
}

TEST(BuildMessage, NestsMixedRelatedAlternativeInTheOrderReadersExpect) {
  MessageDraft d = draft();
  d.html = "<p><img src=cid:logo.png></p>";
  d.amp = "<html amp4email></html>";
  d.inlines = {{"logo.png", "image/png", "", "PNG"}};
  d.attachments = {{"Größe.pdf", "application/pdf", "", "PDF"},
                   {"note.eml", "message/rfc822", "", "A: b\r\n\r\nc\r\n"}};
  const auto built = build_message(d);
  ASSERT_TRUE(built) << built.error().detail;
  std::size_t at = 0;
  for (const std::string_view piece :
       {"Content-Type: multipart/mixed; boundary=\"=_0123456789abcdef_m\"",
        "Content-Type: multipart/related;", "Content-Type: multipart/alternative;",
        "Content-Type: text/plain;", "Content-Type: text/x-amp-html;", "Content-Type: text/html;",
        "--=_0123456789abcdef_a--\r\n--=_0123456789abcdef_r\r\n", "Content-Type: image/png; name=logo.png",
        "Content-Disposition: inline; filename=logo.png", "Content-Id: <logo.png>", "UE5H\r\n",
        "--=_0123456789abcdef_r--", "Content-Type: application/pdf; name=\"=?utf-8?",
        "Content-Disposition: attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf",
        "Content-Type: message/rfc822",
        "Content-Transfer-Encoding: 7bit\r\n\r\nA: b\r\n\r\nc\r\n\r\n--=_0123456789abcdef_m--\r\n"}) {
    const std::size_t found = built->find(piece, at);
    ASSERT_NE(found, std::string::npos) << piece << "\nafter\n" << built->substr(0, at);
    at = found;
  }
}

TEST(BuildMessage, ChoosesBase64ForTextThatIsMostlyNotLatin) {
  MessageDraft d = draft();
  d.text = "Съешь же ещё этих мягких французских булок";
  EXPECT_NE(build_message(d)->find("Content-Transfer-Encoding: base64\r\n"), std::string::npos);
}

TEST(BuildMessage, RefusesInjectionInEveryField) {
  const std::string evil = "x\r\nBcc: evil@x.example";
  const auto refused = [](const MessageDraft& d) { return !build_message(d).has_value(); };
  MessageDraft d = draft();
  d.subject = evil;
  EXPECT_TRUE(refused(d));
  d = draft(), d.message_id = evil;
  EXPECT_TRUE(refused(d));
  d = draft(), d.headers = {{"X-A", evil}};
  EXPECT_TRUE(refused(d));
  d = draft(), d.headers = {{evil, "x"}};
  EXPECT_TRUE(refused(d));
  d = draft(), d.attachments = {{evil, "", "", "x"}};
  EXPECT_TRUE(refused(d));
  d = draft(), d.inlines = {{"a", "", evil, "x"}};
  EXPECT_TRUE(refused(d));
  d = draft(), d.from[0].local_part = evil;
  EXPECT_TRUE(refused(d));
  d = draft(), d.boundary_seed = evil;
  EXPECT_TRUE(refused(d));
  d = draft(), d.from[0].display_name = evil, d.attachments = {{"a", evil, "", "x"}};
  EXPECT_EQ(build_message(d)->find("\nBcc"), std::string::npos);
}

TEST(BuildMessage, RefusesFieldsTheDraftOwns) {
  for (const std::string_view name :
       {"From", "DATE", "message-id", "Mime-Version", "Content-Type", "content-foo"}) {
    MessageDraft d = draft();
    d.headers = {{std::string(name), "x"}};
    EXPECT_FALSE(build_message(d)) << name;
  }
}

}  // namespace
}  // namespace postroad::mail
