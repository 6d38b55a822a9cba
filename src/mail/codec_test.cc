#include <gtest/gtest.h>

#include "base/text.h"
#include "mail/base64_lines.h"
#include "mail/quoted_printable.h"

namespace postroad::mail {
namespace {

std::string as_quoted(std::string_view text) {
  std::string out;
  append_quoted_printable(out, text);
  return out;
}

TEST(QuotedPrintable, EncodesWhatRelaysTouch) {
  EXPECT_EQ(as_quoted("Größe = 1\n.\nFrom here \nend\t"),
            "Gr=C3=B6=C3=9Fe =3D 1\r\n=2E\r\n=46rom here=20\r\nend=09");
  EXPECT_EQ(as_quoted("a\rb\r\nc\n"), "a\r\nb\r\nc\r\n");
  EXPECT_EQ(as_quoted(""), "");
}

TEST(QuotedPrintable, ReadsBackWhatItWroteInLinesOf76) {
  std::string text;
  for (int i = 0; i < 4000; ++i) {
    text += static_cast<char>(32 + i * 7 % 95);
    if (i % 5 == 0) text += "é";
    if (i % 211 == 0) text += " \r\n";
  }
  for (std::size_t cut = 0; cut < 160; ++cut) {
    const std::string piece = text.substr(cut);
    if (piece.starts_with('\n')) continue;  // a bare LF would come back as CRLF
    const std::string encoded = as_quoted(piece);
    EXPECT_TRUE(decode_quoted_printable(encoded) == piece) << cut;
    for (const std::string_view line : split(encoded, '\n')) EXPECT_LE(line.size(), kEncodedLineBytesMax + 1);
  }
}

TEST(QuotedPrintable, KeepsWhatIsNotAnEscape) {
  EXPECT_EQ(decode_quoted_printable("a=zb = c=3d=E"), "a=zb = c==E");
  EXPECT_EQ(decode_quoted_printable("soft= \t\r\nbreak=\nagain  \r\nend="), "softbreakagain\r\nend");
}

TEST(Base64Lines, WritesLinesOf76AndReadsThemBack) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    std::string out;
    append_base64_lines(out, bytes);
    EXPECT_EQ(decode_base64_lenient(out), bytes);
    EXPECT_EQ(out.empty() || out.ends_with("\r\n"), true);
    for (const std::string_view line : split(out, '\n')) EXPECT_LE(line.size(), kEncodedLineBytesMax + 1);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(Base64Lines, SkipsWhatIsNotBase64) {
  EXPECT_EQ(decode_base64_lenient("aGVs bG8=\r\n!!d29y*bGQ="), "helloworld");
  EXPECT_EQ(decode_base64_lenient("aGVsbG8"), "hello");
}

}  // namespace
}  // namespace postroad::mail
