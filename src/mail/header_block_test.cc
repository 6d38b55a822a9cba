#include "mail/header_block.h"

#include <gtest/gtest.h>

namespace postroad::mail {
namespace {

constexpr std::string_view kMessage =
    "Subject: a\r\n folded\r\n value\r\nBcc: secret@x.example\r\nX-Mailgun-Tag : t\r\nbcc: more\r\nTo: "
    "b\r\n\r\nbody\r\n";

TEST(HeaderBlock, FindsFieldsAndBody) {
  const auto block = HeaderBlock::scan(kMessage);
  ASSERT_EQ(block.fields().size(), 5u);
  EXPECT_EQ(unfold(block.find("SUBJECT")->value), "a folded value");
  EXPECT_EQ(block.find("X-Mailgun-Tag")->name, "X-Mailgun-Tag");
  EXPECT_EQ(block.count("Bcc"), 2u);
  EXPECT_EQ(block.body(), "body\r\n");
  EXPECT_EQ(block.find("Cc"), nullptr);
}

TEST(HeaderBlock, TakesLfAndMissingBody) {
  EXPECT_EQ(HeaderBlock::scan("A: b\nC: d\n\nbody").body(), "body");
  EXPECT_EQ(HeaderBlock::scan("A: b\nC: d").fields().size(), 2u);
  EXPECT_TRUE(HeaderBlock::scan("").fields().empty());
  EXPECT_EQ(HeaderBlock::scan("\r\nbody").body(), "body");
}

TEST(HeaderBlock, SaysWhenThereIsTooMuch) {
  std::string many;
  for (std::size_t i = 0; i <= kHeaderFieldsMax; ++i) many += "A: b\r\n";
  const std::string message = many + "\r\nbody";
  const auto block = HeaderBlock::scan(message);
  EXPECT_TRUE(block.over_limit());
  EXPECT_EQ(block.fields().size(), kHeaderFieldsMax);
  EXPECT_EQ(block.body(), "body");
  EXPECT_TRUE(HeaderBlock::scan("A: " + std::string(kHeaderBlockBytesMax, 'x')).over_limit());
}

TEST(HeaderEditor, RemovesAndPrependsAndTouchesNothingElse) {
  HeaderEditor editor(kMessage);
  EXPECT_EQ(editor.remove("BCC"), 2u);
  EXPECT_EQ(editor.remove_with_prefix("x-mailgun-"), 1u);
  editor.prepend("Date: d\r\n");
  editor.append("X-End: e\r\n");
  EXPECT_EQ(editor.finish(),
            "Date: d\r\nSubject: a\r\n folded\r\n value\r\nTo: b\r\nX-End: e\r\n\r\nbody\r\n");
}

TEST(HeaderEditor, KeepsAPrependedFieldOutOfTheBody) {
  HeaderEditor editor("A: b");
  editor.append("C: d\r\n");
  EXPECT_EQ(editor.finish(), "A: b\r\nC: d\r\n\r\n");
}

TEST(NormaliseLineEnds, MakesEveryLineEndCrlf) {
  EXPECT_EQ(normalise_line_ends("a\nb\rc\r\nd\r\r\n\n"), "a\r\nb\r\nc\r\nd\r\n\r\n\r\n");
}

}  // namespace
}  // namespace postroad::mail
