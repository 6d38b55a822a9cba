#include "ingress/http/page_token.h"

#include <gtest/gtest.h>

#include <tuple>

#include "base/text.h"

namespace postroad::ingress::http {
namespace {

PageToken token_of(PageToken::Where where, bool ascending, int limit, std::int64_t position) {
  PageToken token;
  token.where = where;
  token.ascending = ascending;
  token.limit = limit;
  token.position = position;
  return token;
}

TEST(PageToken, ComesBackFromItsText) {
  for (const auto where : {PageToken::Where::kFirst, PageToken::Where::kNext, PageToken::Where::kPrevious, PageToken::Where::kLast}) {
    PageToken token = token_of(where, where == PageToken::Where::kNext, 300, 42);
    token.begin = 17;
    for (const auto& [name, text] : {std::pair{"event", "delivered OR failed"}, {"tag[]", "a,b"}, {"tags[0]", ",,3,"}, {"subject", "\"ü, ü\""}}) {
      ASSERT_TRUE(token.filter.add(*filter_named(name), text).has_value());
    }
    const std::string text = token.text();
    EXPECT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"), std::string::npos);
    const std::optional<PageToken> again = PageToken::parse(text);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->text(), text);
    EXPECT_EQ(std::tuple(again->where, again->ascending, again->limit, again->begin, again->end, again->position),
              std::tuple(where, token.ascending, 300, 17, INT64_MAX, 42));
    ASSERT_EQ(again->filter.texts().size(), 4u);
    EXPECT_EQ(again->filter.texts()[3].text, "\"ü, ü\"");
  }
}

TEST(PageToken, FitsARequestLineWithTheLongestFilters) {
  PageToken token;
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(token.filter.add(*filter_named("user-variables"), std::string(100, '%')).has_value());
  EXPECT_LT(token.text().size(), 12'000u);
  EXPECT_TRUE(PageToken::parse(token.text()).has_value());
}

TEST(PageToken, RefusesWhatIsNotOne) {
  for (const std::string plain : {"", "2,n,a,100,0,0", "1,n,a,100,0,0,0", "2,x,a,100,0,0,0", "2,n,b,100,0,0,0", "2,n,a,0,0,0,0",
                                  "2,n,a,301,0,0,0", "2,n,a,100,x,0,0", "2,nn,a,100,0,0,0", "2,n,a,100,0,0,99999999999999999999",
                                  "2,n,a,100,0,0,0,", "2,n,a,100,0,0,0,tag,1,ab,", "2,n,a,100,0,0,0,tag,3,ab,", "2,n,a,100,0,0,0,tag,1,a",
                                  "2,n,a,100,0,0,0,tag,1", "2,n,a,100,0,0,0,nose,1,a,", "2,n,a,100,0,0,0,tag,-1,a,", "2,n,a,100,0,0,0,tag,1,(,"}) {
    EXPECT_FALSE(PageToken::parse(base64url_encode(plain)).has_value()) << plain;
  }
  EXPECT_TRUE(PageToken::parse(base64url_encode("2,n,a,100,0,0,0,tag,1,a,")).has_value());
  EXPECT_FALSE(PageToken::parse("W3si!").has_value());
  EXPECT_FALSE(PageToken::parse(std::string(10'000, 'A')).has_value());
}

TEST(PageToken, AsksForItsSide) {
  struct Case {
    PageToken::Where where;
    bool ascending, query_ascending;
    std::int64_t after, before;
  };
  for (const auto& [where, ascending, query_ascending, after, before] : {
           Case{PageToken::Where::kFirst, false, false, 0, INT64_MAX},
           Case{PageToken::Where::kNext, false, false, 0, 7},
           Case{PageToken::Where::kPrevious, false, true, 7, INT64_MAX},
           Case{PageToken::Where::kLast, false, true, 0, INT64_MAX},
           Case{PageToken::Where::kFirst, true, true, 0, INT64_MAX},
           Case{PageToken::Where::kNext, true, true, 7, INT64_MAX},
           Case{PageToken::Where::kPrevious, true, false, 0, 7},
           Case{PageToken::Where::kLast, true, false, 0, INT64_MAX},
       }) {
    const PageToken token = token_of(where, ascending, 10, 7);
    const search::Query query = token.query({DomainId{1}});
    EXPECT_EQ(query.ascending, query_ascending);
    EXPECT_EQ(query.after, after);
    EXPECT_EQ(query.before, before);
  }
}

}  // namespace
}  // namespace postroad::ingress::http
