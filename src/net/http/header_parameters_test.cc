#include "net/http/header_parameters.h"

#include <gtest/gtest.h>

#include "net/http/percent.h"

namespace postroad::net::http {
namespace {

TEST(HeaderParameters, ReadsFileNamesAsClientsWriteThem) {
  struct Case {
    std::string_view about, text, filename;
  };
  for (const auto& [about, text, filename] : {
           Case{"plain", R"(form-data; name="a"; filename="b.pdf")", "b.pdf"},
           Case{"token", "form-data; name=a; filename=b.pdf", "b.pdf"},
           Case{"raw UTF-8", "form-data; name=\"a\"; filename=\"\xc3\xa9t\xc3\xa9.txt\"", "\xc3\xa9t\xc3\xa9.txt"},
           Case{"escaped quote", R"(form-data; name="a"; filename="say \"hi\".txt")", "say \"hi\".txt"},
           Case{"quote as browsers write it", R"(form-data; name="a"; filename="say %22hi%22 100%.txt")", "say \"hi\" 100%.txt"},
           Case{"path with backslashes", R"(form-data; name="a"; filename="C:\dir\file.txt")", R"(C:\dir\file.txt)"},
           Case{"RFC 8187", "form-data; name=a; filename*=utf-8''na%C3%AFve%20plan.txt", "na\xc3\xafve plan.txt"},
           Case{"RFC 8187 wins", "form-data; name=a; filename=\"x\"; filename*=UTF-8'en'%e2%82%ac.txt", "\xe2\x82\xac.txt"},
           Case{"Latin-1", "form-data; name=a; filename*=iso-8859-1''%e9.txt", "\xc3\xa9.txt"},
           Case{"RFC 2231 parts", "form-data; name=a; filename*1*=%20plan; filename*0*=utf-8''my; filename*2=\".txt\"",
                "my plan.txt"},
           Case{"semicolon within quotes", R"(form-data; name="a"; filename="a;b.txt";)", "a;b.txt"},
           Case{"empty", R"(form-data; name="a"; filename="")", ""},
       }) {
    SCOPED_TRACE(about);
    const auto parsed = parse_parameterized(text);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->value, "form-data");
    ASSERT_NE(parsed->find("filename"), nullptr);
    EXPECT_EQ(*parsed->find("filename"), filename);
    ASSERT_NE(parsed->find("name"), nullptr);
  }
}

TEST(HeaderParameters, RefusesMalformedOnes) {
  for (const std::string_view text :
       {"", ";a=b", "form-data; name=\"open", "form-data; name", "form-data; name=\"a\" x=y", "form-data; name=a; name=b",
        "form-data; f*=utf-8'x", "form-data; f*=utf-8''%zz", "form-data; f*0=a; f*2=b", "form-data; f*x=a",
        "form-data; f*0=a; f*0=b", "form-data; =a"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_parameterized(text).has_value());
  }
}

TEST(Percent, DecodesOnce) {
  EXPECT_EQ(percent_decode("a%2520b", false), "a%20b");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  for (const std::string_view text : {"%", "%2", "%2g", "%g2", "a%"}) EXPECT_EQ(percent_decode(text, true), std::nullopt);
  EXPECT_EQ(percent_encode("a b/\xc3\xa9~"), "a%20b%2F%C3%A9~");
}

TEST(Percent, KnowsTheSpellingsOfAnArray) {
  for (const auto& [name, stripped] : {std::pair{"to[]", "to"}, std::pair{"to[0]", "to"}, std::pair{"to[12]", "to"},
                                       std::pair{"to[a]", "to[a]"}, std::pair{"[]", "[]"}, std::pair{"to]", "to]"},
                                       std::pair{"v:a[1]", "v:a"}, std::pair{"to", "to"}}) {
    std::string text = name;
    strip_array_suffix(text);
    EXPECT_EQ(text, stripped);
  }
}

}  // namespace
}  // namespace postroad::net::http
