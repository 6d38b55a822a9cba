#include <gtest/gtest.h>

#include "mail/html/entities.h"
#include "mail/html/splice.h"
#include "mail/html/text.h"
#include "mail/html/tokenizer.h"

namespace postroad::mail::html {
namespace {

std::string shape(std::string_view html) {
  std::string out;
  std::size_t at = 0;
  Tokenizer tokenizer(html);
  for (Token token; tokenizer.next(token);) {
    EXPECT_EQ(token.begin, at) << "pieces lie end to end";
    EXPECT_GT(token.end, token.begin);
    at = token.end;
    const std::string piece(html.substr(token.begin, token.end - token.begin));
    switch (token.kind) {
      case TokenKind::kText:
        out += "[" + piece + "]";
        break;
      case TokenKind::kStartTag:
        out += "<" + std::string(token.name) + ">";
        break;
      case TokenKind::kEndTag:
        out += "</" + std::string(token.name) + ">";
        break;
      case TokenKind::kComment:
        out += "{" + piece + "}";
        break;
    }
  }
  EXPECT_EQ(at, html.size());
  return out;
}

TEST(Tokenizer, ReadsMarkupAsBrowsersDo) {
  EXPECT_EQ(shape("a<b x='>'>c</b\n>d"), "[a]<b>[c]</b>[d]");
  EXPECT_EQ(shape("1 < 2 <3 </ x>&lt;"), "[1 < 2 <3 ]{</ x>}[&lt;]");
  EXPECT_EQ(shape("<!doctype html><!-- <a> --><!-->x<?php ?>"),
            "{<!doctype html>}{<!-- <a> -->}{<!-->}[x]{<?php ?>}");
  EXPECT_EQ(shape("<script>if (a<b) '</scripts>'</ScRipt >x"), "<script>[if (a<b) '</scripts>']</ScRipt>[x]");
  EXPECT_EQ(shape("<style>a{}"), "<style>[a{}]");
  EXPECT_EQ(shape("<style></style>"), "<style></style>");
  EXPECT_EQ(shape("<!--[if mso]><a href='x'>y</a><![endif]-->z"),
            "{<!--[if mso]><a href='x'>y</a><![endif]-->}[z]");
  EXPECT_EQ(shape("<a href=\"x"), "<a>");
  EXPECT_EQ(shape("<"), "[<]");
  EXPECT_EQ(shape("<!--"), "{<!--}");
}

TEST(Tokenizer, EndsOnAnyBytes) {
  std::string bytes;
  constexpr std::string_view kAlphabet = "<>!-/='\" aScript\0\xff&;";
  std::uint32_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 1664525 + 1013904223;
    bytes += kAlphabet[state >> 16 & 15];
  }
  for (std::size_t cut = 0; cut < 200; ++cut) shape(std::string_view(bytes).substr(cut * 97));
  EXPECT_FALSE(to_text(bytes).empty());
}

TEST(FindLinks, GivesPlacesThatCanBeSpliced) {
  const std::string html =
      "<p><A title=x HREF = \"https://a.example/?x=1&amp;y=2\">a</A><a href=http://b.example>b</a><a "
      "href='mailto:x'>c</a>"
      "<!-- <a href=\"http://no.example\"> --><a disable-tracking=\"true\" "
      "href='https://c.example'>d</a><a>e</a>";
  const auto links = find_links(html);
  ASSERT_EQ(links.size(), 3u);
  EXPECT_EQ(links[0].url, "https://a.example/?x=1&y=2");
  EXPECT_EQ(links[1].quote, 0);
  EXPECT_TRUE(links[2].tracking_disabled);
  std::vector<Splice> splices;
  for (const Link& link : links) splices.push_back({link.begin, link.end, "T"});
  EXPECT_EQ(spliced(html, splices),
            "<p><A title=x HREF = \"T\">a</A><a href=T>b</a><a href='mailto:x'>c</a>"
            "<!-- <a href=\"http://no.example\"> --><a disable-tracking=\"true\" href='T'>d</a><a>e</a>");
  EXPECT_EQ(spliced(html, {}), html);
}

TEST(FindBody, FindsTheEdgesOfWhatIsShown) {
  const std::string html = "<html><head><title></body></title></head><body class=x>hi</body></html>";
  const auto places = find_body(html);
  EXPECT_EQ(html.substr(places.start, places.end - places.start), "hi");
  EXPECT_EQ(find_body("hi").end, 2u);
  EXPECT_EQ(find_body("").start, 0u);
}

TEST(Entities, DecodeAndEscape) {
  EXPECT_EQ(decode_entities("&lt;a&gt; &amp;amp; &eacute;&#233;&#xE9; &#128; &nope; & &#; &#x110000;"),
            "<a> &amp; ééé € &nope; & &#; \xef\xbf\xbd");
  EXPECT_EQ(decode_entities(escape("<a href=\"x\">'&")), "<a href=\"x\">'&");
}

TEST(ToText, ReadsLikeTheMail) {
  EXPECT_EQ(to_text("<html><head><title>no</title><style>no</style></head><body><h1>Order  "
                    "7781</h1><p>Hello&nbsp;Ana,<br>it is <b>here</b>.</p>"
                    "<ul><li>one<li>two</ul><p><a href=\"https://x.example/a\">Open</a> or <a "
                    "href=\"https://x.example\">https://x.example</a></p>"
                    "<pre>a\n  b</pre><img alt=Logo><script>no()</script></body></html>"),
            "Order 7781\n\nHello Ana,\nit is here.\n\n* one\n* two\n\nOpen (https://x.example/a) or "
            "https://x.example\n\na\n  b\nLogo\n");
  EXPECT_EQ(to_text(""), "");
  EXPECT_EQ(to_text("a < b"), "a < b\n");
}

}  // namespace
}  // namespace postroad::mail::html
