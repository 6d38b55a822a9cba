#include "mail/transport_encoding.h"

#include <gtest/gtest.h>

#include "mail/mime_parser.h"
#include "mail/smtp/data_writer.h"

namespace postroad::mail {
namespace {

TEST(EncodedForTransport, LeavesWhatCanTravel) {
  EXPECT_EQ(encoded_for_transport("Subject: a\r\n\r\nhello\r\n"), std::nullopt);
  EXPECT_EQ(encoded_for_transport("Subject: a\r\n\r\nGr\xc3\xbc\xc3\x9f"
                                  "e\r\n"),
            std::nullopt);
}

TEST(EncodedForTransport, EncodesLongLinesAndEightBitPartsAlone) {
  const std::string long_line(5000, 'x');
  const std::string message =
      "Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
      "boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
      "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGr\xc3\xbc\xc3\x9f"
      "e\r\n" +
      long_line +
      "\r\n"
      "--b\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: binary\r\n\r\n\xff" +
      long_line +
      "\r\n"
      "--b\r\nContent-Type: text/html\r\n\r\n<p>short</p>\r\n--b--\r\n";
  const auto encoded = encoded_for_transport(message, {.eight_bit = false});
  ASSERT_TRUE(encoded);
  EXPECT_TRUE(can_travel(*encoded, {.eight_bit = false}));
  EXPECT_TRUE(smtp::has_only_crlf(*encoded));
  const MimeMessage before = parse_mime(message);
  const MimeMessage after = parse_mime(*encoded);
  ASSERT_EQ(after.parts.size(), before.parts.size());
  for (std::size_t i = 1; i < after.parts.size(); ++i)
    EXPECT_EQ(after.parts[i].content(), before.parts[i].content()) << i;
  EXPECT_NE(encoded->find("Content-Transfer-Encoding: 7bit\r\n"), std::string::npos);
  EXPECT_NE(encoded->find("<p>short</p>"), std::string::npos);
  EXPECT_EQ(encoded_for_transport(*encoded, {.eight_bit = false}), std::nullopt) << "once is enough";
}

TEST(EncodedForTransport, GivesAPlainOldMessageItsMimeFields) {
  const auto encoded = encoded_for_transport("Subject: a\r\n\r\n" + std::string(2000, 'y') + "\r\n");
  ASSERT_TRUE(encoded);
  EXPECT_TRUE(
      encoded->starts_with("Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: quoted-printable\r\n\r\nyyyy"));
  EXPECT_EQ(parse_mime(*encoded).parts[0].content(), std::string(2000, 'y') + "\r\n");
}

}  // namespace
}  // namespace postroad::mail
