#include <gtest/gtest.h>

#include "mail/smtp/data_reader.h"
#include "mail/smtp/data_writer.h"

namespace postroad::mail::smtp {
namespace {

using namespace std::literals;

struct Read {
  std::string content;
  std::size_t used = 0;
  DataReader reader{1 << 20};
};

Read read(std::string_view wire, std::size_t piece, DataReader reader = DataReader(1 << 20)) {
  Read out{.reader = reader};
  while (out.used < wire.size() && !out.reader.done()) {
    out.used += out.reader.consume(wire.substr(out.used, piece), out.content);
  }
  return out;
}

TEST(DataReader, EndsOnlyAtCrlfDotCrlfInAnySplit) {
  // Every way others have taken for the end of data; each is content here, and "MAIL" after it is too.
  for (const std::string_view almost :
       {"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\n.\r", "\r\n\0.\r\n", "\r\n.\0\r\n",
        "\r\n.\r\r\n", "\r\n..\r\n", "\r\n. \r\n", "\r\r\n.\n", "\n\n.\r\n", "\r\n\x85.\r\n"}) {
    const std::string wire =
        "Subject: a\r\n\r\nbody" + std::string(almost) + "MAIL FROM:<evil@x.example>\r\n.\r\nQUIT\r\n";
    for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
      const Read got = read(wire, piece);
      ASSERT_TRUE(got.reader.done());
      EXPECT_EQ(got.used, wire.size() - 6) << almost;
      EXPECT_NE(got.content.find("MAIL FROM"), std::string::npos);
    }
  }
}

TEST(DataReader, UnstuffsAndKeepsTheRest) {
  for (std::size_t piece = 1; piece < 40; ++piece) {
    EXPECT_EQ(read("..a\r\n...\r\n.b\r\nc\r\n\r\n.\r\n", piece).content, ".a\r\n..\r\nb\r\nc\r\n\r\n");
    EXPECT_EQ(read(".\r\n", piece).content, "");
  }
}

TEST(DataReader, CountsWhatPolicyRefuses) {
  for (std::size_t piece = 1; piece < 20; ++piece) {
    const Read got = read("a\rb\nc\0d\r\r\n\xff\r\n.\r\n"sv, piece);
    EXPECT_EQ(got.reader.bare_cr(), 2u);
    EXPECT_EQ(got.reader.bare_lf(), 1u);
    EXPECT_EQ(got.reader.nul(), 1u);
    EXPECT_TRUE(got.reader.eight_bit());
    EXPECT_EQ(got.content, "a\rb\nc\0d\r\r\n\xff\r\n"sv);
    const Read normal =
        read("a\rb\nc\r\r\n.d\r\n.\r\n", piece, DataReader(1000, DataReader::LineEnds::kNormalise));
    EXPECT_EQ(normal.content, "a\r\nb\r\nc\r\n\r\nd\r\n");
    EXPECT_TRUE(has_only_crlf(normal.content));
  }
}

TEST(DataReader, StopsKeepingPastTheLimitButFindsTheEnd) {
  const std::string wire = std::string(5000, 'x') + "\r\n.\r\nNOOP";
  const Read got = read(wire, 7, DataReader(100));
  EXPECT_TRUE(got.reader.done());
  EXPECT_TRUE(got.reader.too_big());
  EXPECT_EQ(got.reader.size(), 5002u);
  EXPECT_EQ(got.reader.longest_line(), 5000u);
  EXPECT_LE(got.content.size(), 100u);
  EXPECT_EQ(got.used, wire.size() - 4);
}

TEST(DataWriter, WritesWhatTheReaderReadsBack) {
  for (const std::string_view message :
       {""sv, "a\r\n"sv, ".\r\n..\r\n.a\r\n\r\n.\r\n"sv, "\r\n\r\n"sv, "no end"sv, "x\0y\r\n"sv}) {
    for (std::size_t piece = 1; piece < 12; ++piece) {
      DataWriter writer;
      std::string wire;
      for (std::size_t at = 0; at < message.size(); at += piece)
        writer.append(message.substr(at, piece), wire);
      writer.finish(wire);
      const Read got = read(wire, 3);
      ASSERT_TRUE(got.reader.done());
      EXPECT_EQ(got.used, wire.size());
      EXPECT_EQ(got.content, message == "no end" ? "no end\r\n" : message);
    }
  }
}

TEST(DataWriterDeathTest, DiesRatherThanWriteABareLineEnd) {
  std::string wire;
  EXPECT_DEATH(append_data("a\nb\r\n", wire), "bug");
  EXPECT_DEATH(append_data("a\rb\r\n", wire), "bug");
  EXPECT_DEATH(append_data("a\r", wire), "bug");
  EXPECT_FALSE(has_only_crlf("a\r"));
  EXPECT_FALSE(has_only_crlf("a\r\r\n"));
  EXPECT_FALSE(has_only_crlf("\n"));
  EXPECT_TRUE(has_only_crlf("a\r\n\r\nb"));
}

}  // namespace
}  // namespace postroad::mail::smtp
