#include "mail/charset.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "mail/charset_names.h"
#include "mail/encoded_word.h"

namespace postroad::mail {
namespace {

TEST(ToUtf8, ConvertsWhatSendersName) {
  EXPECT_EQ(to_utf8("J\xf6rg \x80", "ISO-8859-1"), "Jörg €");
  EXPECT_EQ(to_utf8("\xf0\xd2\xc9\xd7\xc5\xd4", "koi8-r"), "Привет");
  EXPECT_EQ(to_utf8("\xd7\xb2", "gb2312"), "撞");
  EXPECT_EQ(to_utf8("\x1b$B$3\x1b(B", "iso-2022-jp"), "こ");
  EXPECT_EQ(to_utf8("Fr+APY-sche", "utf-7"), "Frösche");
  EXPECT_EQ(to_utf8("Größe", "us-ascii"), "Größe");
  EXPECT_EQ(to_utf8("J\xf6rg", "no-such-charset"), "J\xef\xbf\xbdrg");
  EXPECT_EQ(to_utf8("J\xf6rg", "no-such-charset", true), "Jörg");
  EXPECT_EQ(to_utf8("a\xff"
                    "b",
                    "utf-8", true),
            "a\xef\xbf\xbd"
            "b");
}

TEST(ResolveCharset, KnowsWhatSendersCallIt) {
  for (const std::string_view charset : kCharsets) EXPECT_TRUE(is_known_charset(charset)) << charset;
  for (const std::string_view charset :
       {"ISO8859-1", "\"utf-8\"", "UTF8", "cp1251", "win-1251", "ks_c_5601-1987", "x-sjis", "Latin2",
        "US-ASCII*EN", "iso_8859-15:1998"}) {
    EXPECT_NE(resolve_charset(charset).kind, CharsetKind::kUnknown) << charset;
  }
  for (const std::string_view charset : {"ebcdic-us", "../../x", "utf-8//TRANSLIT", "cp037"}) {
    EXPECT_EQ(resolve_charset(charset).kind, CharsetKind::kUnknown) << charset;
  }
}

TEST(ToUtf8, GivesUtf8WhateverComesIn) {
  std::string bytes;
  for (int i = 0; i < 1024; ++i) bytes += static_cast<char>(i * 37 % 256);
  for (const std::string_view charset : {"utf-8", "iso-2022-jp", "gb18030", "utf-16", "utf-7", "cp932",
                                         "big5", "x", "", "utf-8//IGNORE", "../x"}) {
    EXPECT_TRUE(is_valid_utf8(to_utf8(bytes, charset))) << charset;
  }
}

TEST(DecodeWords, JoinsNeighboursAndPartsText) {
  EXPECT_EQ(decode_words("=?utf-8?B?w?= =?utf-8?B?7w==?="), decode_words("=?utf-8?B?w?= =?utf-8?B?7w==?="));
  EXPECT_EQ(decode_words("=?utf-8?Q?J=C3?= =?utf-8?Q?=B6rg?="), "Jörg");
  EXPECT_EQ(decode_words("=?iso-8859-1?q?J=F6?= =?utf-8?q?rg?= x"), "Jörg x");
  EXPECT_EQ(decode_words("a =?utf-8?q?b?="), "a b");
  EXPECT_EQ(decode_words("Re:=?utf-8?q?b?="), "Re: b");
  EXPECT_EQ(decode_words("(=?utf-8?q?b?=)"), "(b)");
  EXPECT_EQ(decode_words("=?utf-8?x?b?= =?utf-8?q?b"), "=?utf-8?x?b?= =?utf-8?q?b");
  EXPECT_EQ(decode_parameter_words("=?utf-8?q?b?=.png"), "b.png");
}

TEST(DecodeWords, IsLinearOnManyOpenings) {
  std::string text;
  while (text.size() < 400'000) text += "=?utf-8?q?";
  EXPECT_FALSE(decode_words(text).empty());
  EXPECT_FALSE(decode_words(text + "?=").empty());
}

TEST(DecodeWords, ReadsBackWhatEncodeWordsWrote) {
  for (const std::string_view text :
       {"Größe", "Съешь же ещё этих мягких французских булок да выпей чаю", "a_b=c?d é",
        "日本語の長い件名はここにあります日本語の長い件名はここにあります"}) {
    EXPECT_EQ(decode_words(encode_words(text, WordUse::kUnstructured)), text);
    EXPECT_EQ(decode_words(encode_words(text, WordUse::kPhrase)), text);
  }
}

}  // namespace
}  // namespace postroad::mail
