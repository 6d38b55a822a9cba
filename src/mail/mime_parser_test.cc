#include "mail/mime_parser.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "mail/message_builder.h"

namespace postroad::mail {
namespace {

TEST(ParseMime, ReadsBackWhatTheBuilderWrote) {
  MessageDraft draft;
  draft.from = {{"Shop", "app", "x.example"}};
  draft.text = "Grüße\nund mehr \n.\nFrom here";
  draft.html = "<p>Grüße</p>";
  draft.amp = "<html amp4email></html>";
  draft.inlines = {{"logo ö.png", "image/png", "logo1", std::string_view("\0\1\2", 3)}};
  draft.attachments = {{"Größe.pdf", "application/pdf", "", "PDF\n"},
                       {"mail.eml", "message/rfc822", "", "A: b\r\n\r\nc\r\n"}};
  draft.boundary_seed = "0123456789abcdef";
  const std::string built = *build_message(draft);
  const MimeMessage message = parse_mime(built);
  EXPECT_FALSE(message.over_limit);
  EXPECT_EQ(message.plain_part()->text(), "Grüße\r\nund mehr \r\n.\r\nFrom here");
  EXPECT_EQ(message.html_part()->text(), "<p>Grüße</p>");
  std::vector<std::string> files;
  for (const std::size_t index : message.attachments)
    files.push_back(message.parts[index].filename + "=" + message.parts[index].content());
  EXPECT_EQ(files, (std::vector<std::string>{"=<html amp4email></html>", std::string("logo ö.png=\0\1\2", 15),
                                             "Größe.pdf=PDF\n", "mail.eml=A: b\r\n\r\nc\r\n"}));
  EXPECT_EQ(message.parts[message.attachments[1]].content_id, "logo1");
}

TEST(ParseMime, NeverFails) {
  for (const std::string_view text :
       {"", "\n", "\r\n", "x", "Content-Type: multipart/mixed; boundary=a\n\n--a--\n",
        "Content-Type: multipart/mixed\n\nx", "Content-Type: multipart/mixed; boundary=a\n\n--a",
        "Content-Type: multipart/mixed; boundary=a\n\n--a\n--a\n--a\n"}) {
    EXPECT_FALSE(parse_mime(text).parts.empty()) << text;
  }
}

TEST(ParseMime, StopsAtDepth32) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    text += "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n--" + boundary + "\n";
  }
  const MimeMessage message = parse_mime(text);
  EXPECT_TRUE(message.over_limit);
  EXPECT_LE(message.parts.size(), kMimeDepthMax + 1);
}

TEST(ParseMime, StopsAt1000Parts) {
  std::string text = "Content-Type: multipart/mixed; boundary=a\n\n";
  for (int i = 0; i < 50'000; ++i) text += "--a\n\nx\n";
  const MimeMessage message = parse_mime(text);
  EXPECT_TRUE(message.over_limit);
  EXPECT_EQ(message.parts.size(), kMimePartsMax);
}

TEST(ParseMime, IsNotFooledByALongerBoundary) {
  const MimeMessage message = parse_mime(
      "Content-Type: multipart/mixed; boundary=a\n\n--a\n\none\n--ab\n--a \n\ntwo\n--a--x\n--a\n\nno\n");
  ASSERT_EQ(message.parts.size(), 3u);
  EXPECT_EQ(message.parts[1].body, "one\n--ab");
}

TEST(ParseMime, TakesALooseBoundaryWhereThereIsNoOther) {
  const MimeMessage message =
      parse_mime("Content-Type: multipart/mixed; boundary=a\n\n--a1\n\none\n--a1\n\ntwo\n--a--\n");
  ASSERT_EQ(message.parts.size(), 3u);
  EXPECT_EQ(message.parts[2].body, "two");
}

TEST(ParseMime, CutsFileNamesAtWholeCharacters) {
  std::string name;
  for (int i = 0; i < 300; ++i) name += "ж";
  const std::string text = "Content-Disposition: attachment; filename=\"" + name + "\"\n\nx";
  const MimeMessage message = parse_mime(text);
  EXPECT_EQ(message.parts[0].filename.size(), 254u);
}

}  // namespace
}  // namespace postroad::mail
