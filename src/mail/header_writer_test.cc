#include "mail/header_writer.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace postroad::mail {
namespace {

using namespace std::literals;

std::string unstructured(std::string_view name, std::string_view value) {
  std::string out;
  const auto written = HeaderWriter(out).unstructured(name, value);
  return written ? out : "error: " + written.error().detail;
}

/// What must hold for every field ever written.
void expect_whole(std::string_view field) {
  ASSERT_TRUE(field.ends_with("\r\n"));
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '\n') EXPECT_TRUE(i > 0 && field[i - 1] == '\r');
    if (field[i] == '\r')
      EXPECT_TRUE(field[i + 1] == '\n' &&
                  (i + 2 == field.size() || field[i + 2] == ' ' || field[i + 2] == '\t'));
    EXPECT_NE(field[i], '\0');
  }
  for (const std::string_view line : split(field.substr(0, field.size() - 2), '\n')) {
    EXPECT_LE(line.size(), kLineBytesMax + 1);
    EXPECT_FALSE(trim(line).empty());
  }
}

TEST(HeaderWriter, WritesPlainTextAsItIs) {
  EXPECT_EQ(unstructured("Subject", "Your order 7781"), "Subject: Your order 7781\r\n");
  EXPECT_EQ(unstructured("Subject", ""), "Subject: \r\n");
  EXPECT_EQ(unstructured("Subject", "  two  spaces  "), "Subject: two  spaces\r\n");
}

TEST(HeaderWriter, EncodesOnlyTheWordsThatNeedIt) {
  EXPECT_EQ(unstructured("Subject", "Hello Jörg, hello"), "Subject: Hello =?utf-8?Q?J=C3=B6rg,?= hello\r\n");
  EXPECT_EQ(unstructured("Subject", "ж ж"), "Subject: =?utf-8?B?0LYg0LY=?=\r\n");
  EXPECT_EQ(unstructured("Subject", "a =?x?= b"), "Subject: a =?utf-8?B?PT94Pz0=?= b\r\n");
}

TEST(HeaderWriter, FoldsLongTextAtSpaces) {
  std::string words;
  for (int i = 0; i < 200; ++i) words += "word" + std::to_string(i) + (i % 7 == 0 ? "  " : " ");
  const std::string field = unstructured("X-Long", words);
  expect_whole(field);
  for (const std::string_view line : split(field, '\n')) EXPECT_LE(line.size(), kLineBytesWanted + 1);
  expect_whole(unstructured("X-Long", std::string(5000, 'x')));
  std::string umlauts;
  for (int i = 0; i < 3000; ++i) umlauts += "ö";
  expect_whole(unstructured("X-Long", umlauts));
}

TEST(HeaderWriter, NeverLetsAValueStartALine) {
  for (const std::string_view bad :
       {"a\rb"sv, "a\nb"sv, "a\r\nBcc: x@y"sv, "a\0b"sv, "a\r\n"sv, "a\n"sv, "\r\r\n b"sv}) {
    std::string out = "before";
    EXPECT_FALSE(HeaderWriter(out).unstructured("Subject", bad));
    EXPECT_FALSE(HeaderWriter(out).structured("Subject", bad));
    EXPECT_EQ(out, "before");
  }
  EXPECT_EQ(unstructured("References", "<a@b>\r\n <c@d>"), "References: <a@b> <c@d>\r\n");
}

TEST(HeaderWriter, HidesOtherControlsInEncodedWords) {
  for (const std::string_view control : {"\v", "\f", "\x1b", "\x7f", "\u0085", "\u2028"}) {
    const std::string field = unstructured("Subject", "a" + std::string(control) + "b");
    EXPECT_EQ(field.find(control), std::string::npos);
    expect_whole(field);
  }
}

TEST(HeaderWriter, RefusesBadNames) {
  for (const std::string_view name : {""sv, "a b"sv, "a:b"sv, "a\r\nb"sv, "Größe"sv, "a\0"sv, "\x7f"sv}) {
    std::string out;
    const auto written = HeaderWriter(out).unstructured(name, "x");
    ASSERT_FALSE(written);
    EXPECT_TRUE(written.error().detail.starts_with("Header name must be pure ASCII: "));
  }
}

TEST(HeaderWriter, WritesMailboxLists) {
  std::string out;
  std::vector<Mailbox> mailboxes;
  for (int i = 0; i < 50; ++i)
    mailboxes.push_back({"Jörg, no " + std::to_string(i), "j" + std::to_string(i), "x.example"});
  ASSERT_TRUE(HeaderWriter(out).mailboxes("To", mailboxes));
  expect_whole(out);
  std::string flat;
  for (const char c : out.substr(4)) {
    if (c != '\r' && c != '\n') flat += c;
  }
  EXPECT_EQ(parse_mailbox_list(flat)->size(), 50u);
  const Mailbox evil{"a", "b\r\nBcc: c", "d"};
  EXPECT_FALSE(HeaderWriter(out).mailboxes("To", {&evil, 1}));
}

TEST(HeaderWriter, WritesParameters) {
  std::string out;
  const std::vector<Parameter> parameters{{"filename", "Größe €.pdf"}, {"size", "12"}, {"x", "a \"b\""}};
  ASSERT_TRUE(HeaderWriter(out).parameterised("Content-Disposition", "attachment", parameters));
  EXPECT_EQ(out,
            "Content-Disposition: attachment;\r\n"
            " filename*=utf-8''Gr%C3%B6%C3%9Fe%20%E2%82%AC.pdf; size=12; x=\"a \\\"b\\\"\"\r\n");
  out.clear();
  std::string name;
  for (int i = 0; i < 300; ++i) name += "ж";
  const Parameter long_name{"filename", name};
  ASSERT_TRUE(HeaderWriter(out).parameterised("Content-Disposition", "attachment", {&long_name, 1}));
  expect_whole(out);
  EXPECT_NE(out.find("filename*29*="), std::string::npos);
  const Parameter evil{"filename", "a\r\nb"};
  EXPECT_FALSE(HeaderWriter(out).parameterised("Content-Disposition", "attachment", {&evil, 1}));
}

}  // namespace
}  // namespace postroad::mail
