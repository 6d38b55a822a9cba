#include "mail/address.h"

#include <gtest/gtest.h>

#include "mail/address_header.h"

namespace postroad::mail {
namespace {

struct Good {
  std::string_view text, name, local, domain;
};

TEST(ParseMailbox, ReadsEveryFormCustomersWrite) {
  for (const auto& [text, name, local, domain] : {
           Good{"ana@north.example", "", "ana", "north.example"},
           Good{"  <ana@North.Example> ", "", "ana", "north.example"},
           Good{"Ana Lind <Ana@north.example>", "Ana Lind", "Ana", "north.example"},
           Good{"\"Lind, Ana\" <ana@north.example>", "Lind, Ana", "ana", "north.example"},
           Good{"Ana (home) <ana@north.example> (work)", "Ana", "ana", "north.example"},
           Good{"Jörg Ø. <j@bücher.example>", "Jörg Ø.", "j", "xn--bcher-kva.example"},
           Good{"\"a b\"@x.example", "", "a b", "x.example"},
           Good{"\"plain\"@x.example", "", "plain", "x.example"},
           Good{"用户@例え.jp", "", "用户", "xn--r8jz45g.jp"},
           Good{"ana@home <ana@north.example>", "ana@home", "ana", "north.example"},
           Good{"a@[192.0.2.1]", "", "a", "[192.0.2.1]"},
           Good{"a@[IPv6:2001:db8::1]", "", "a", "[ipv6:2001:db8::1]"},
       }) {
    SCOPED_TRACE(text);
    const auto parsed = parse_mailbox(text);
    ASSERT_TRUE(parsed) << parsed.error().detail;
    EXPECT_EQ(parsed->display_name, name);
    EXPECT_EQ(parsed->local_part, local);
    EXPECT_EQ(parsed->domain, domain);
  }
}

TEST(ParseMailbox, RefusesWhatIsNotOneAddress) {
  for (const std::string_view text : {
           "",
           " ",
           "ana",
           "ana@",
           "@north.example",
           "ana@@north.example",
           "a@b@c.example",
           "ana north@x.example",
           "ana@north..example",
           ".ana@north.example",
           "ana.@north.example",
           "<ana@north.example",
           "ana@x.example>",
           "\"ana@x.example",
           "(ana@x.example",
           "ana@x.example, bo@x.example",
           "Ana <<ana@x.example>>",
           "ana@-x.example",
           "ana@x_y.example",
           "ana@[192.0.2.256]",
           "ana@[x]",
           "a\"b\"@x.example",
           "ana@x.example.",
           "@a.example:ana@x.example",
           "<@a.example:ana@x.example>",
           "ana@xn--zzzzzzz9999999.example",
           "ana@ab--c.example",
       }) {
    EXPECT_FALSE(parse_mailbox(text)) << text;
  }
}

TEST(ParseMailbox, RefusesEveryControlCharacterAnywhere) {
  using namespace std::literals;
  for (const std::string_view control :
       {"\r"sv, "\n"sv, "\0"sv, "\v"sv, "\f"sv, "\x1b"sv, "\x7f"sv, "\u0085"sv, "\u2028"sv, "\xff"sv}) {
    for (const std::string_view frame :
         {"{}Ana <a@x.example>", "An{}a <a@x.example>", "\"A{}\" <a@x.example>", "a{}b@x.example",
          "\"a{}b\"@x.example", "a@x{}.example", "a@x.example{}", "(c{}c) a@x.example"}) {
      std::string text(frame);
      text.replace(text.find("{}"), 2, control);
      EXPECT_FALSE(parse_mailbox(text)) << text;
    }
  }
}

TEST(ParseMailbox, HoldsTheLengthsOfSmtp) {
  const std::string label(63, 'b');
  EXPECT_TRUE(parse_mailbox(std::string(64, 'a') + "@x.example"));
  EXPECT_FALSE(parse_mailbox(std::string(65, 'a') + "@x.example"));
  EXPECT_FALSE(parse_mailbox("a@" + label + "b.example"));
  const std::string domain = label + '.' + label + '.' + label;
  EXPECT_TRUE(parse_mailbox(std::string(62, 'a') + '@' + domain));
  EXPECT_FALSE(parse_mailbox(std::string(63, 'a') + '@' + domain));
  EXPECT_FALSE(parse_mailbox(std::string(1 << 20, '(')));
}

TEST(ParseMailboxList, TakesCommasSemicolonsAndGroups) {
  const auto list = parse_mailbox_list(
      "Ana <a@x.example>, b@x.example;; \"c,d\" <c@x.example>, Team: e@x.example, f@x.example; ");
  ASSERT_TRUE(list) << list.error().detail;
  ASSERT_EQ(list->size(), 5u);
  EXPECT_EQ((*list)[2].display_name, "c,d");
  EXPECT_EQ((*list)[4].local_part, "f");
  EXPECT_TRUE(parse_mailbox_list("")->empty());
  EXPECT_FALSE(parse_mailbox_list("a@x.example, nobody, b@x.example"));
}

TEST(ParseAddress, WantsTheBareAddress) {
  EXPECT_TRUE(parse_address("a@x.example"));
  for (const std::string_view text :
       {"<a@x.example>", "A <a@x.example>", " a@x.example", "a@x.example (c)", ""}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

TEST(CheckEnvelope, CountsTheAddressAsAnotherServerNormalisesIt) {
  const std::string domain = std::string(60, 'd') + '.' + std::string(60, 'e') + '.' + std::string(60, 'f') + ".example";
  const std::string filler(254 - domain.size() - 1 - 3, 'x');
  EXPECT_TRUE(check_envelope({"", filler + "\xe2\x82\xac", domain})) << "a euro sign stays one character";
  EXPECT_FALSE(check_envelope({"", filler + "\xef\xac\xac", domain})) << "U+FB2C comes apart into three";
}

TEST(ReadAddressHeader, KeepsAnEncodedWordWhole) {
  for (const std::string_view name : {"=?utf-8?q?M=C3=BCller,_J=C3=B6rg?=", "=?utf-8?q?M=C3=BCller?= =?utf-8?q?,_J=C3=B6rg?="}) {
    const auto list = read_addresses("Ana <ana@x.example>, " + std::string(name) + " <j@x.example>, b@x.example");
    ASSERT_EQ(list.size(), 3u) << name;
    EXPECT_EQ(list[1].name, "M\xc3\xbcller, J\xc3\xb6rg");
    EXPECT_EQ(list[1].address, "j@x.example");
  }
  EXPECT_EQ(read_addresses("=?broken, a@x.example").size(), 2u) << "what is no encoded word ends at its comma";
}

TEST(AddressText, QuotesOnlyWhereItMust) {
  EXPECT_EQ(address_text({"", "a.b", "x.example"}), "a.b@x.example");
  EXPECT_EQ(address_text({"", "a b\"c\\", "x.example"}), "\"a b\\\"c\\\\\"@x.example");
  EXPECT_EQ(address_text(*parse_mailbox("\"plain\"@x.example")), "plain@x.example");
}

TEST(FormatMailbox, WritesWhatTheParserReadsBack) {
  for (const std::string_view name :
       {"", "Ana Lind", "Lind, Ana", "a \"b\" \\c", "Ana <x@y>", " padded ", "dots. here."}) {
    const Mailbox mailbox{std::string(name), "ana", "x.example"};
    const auto back = parse_mailbox(format_mailbox(mailbox));
    ASSERT_TRUE(back) << format_mailbox(mailbox);
    EXPECT_EQ(*back, mailbox);
  }
  EXPECT_EQ(format_mailbox({"Jörg", "j", "x.example"}), "=?utf-8?Q?J=C3=B6rg?= <j@x.example>");
}

}  // namespace
}  // namespace postroad::mail
