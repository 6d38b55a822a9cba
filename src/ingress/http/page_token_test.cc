#include "ingress/http/page_token.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace postroad::ingress::http {
namespace {

TEST(PageToken, ComesBackFromItsText) {
  for (const auto where : {PageToken::Where::kFirst, PageToken::Where::kNext, PageToken::Where::kPrevious, PageToken::Where::kLast}) {
    const PageToken token{where, where == PageToken::Where::kNext, 300, 17, INT64_MAX, 42};
    const std::string text = token.text();
    EXPECT_EQ(PageToken::parse(text), token);
    EXPECT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"), std::string::npos);
  }
}

TEST(PageToken, RefusesWhatIsNotOne) {
  for (const std::string plain : {"", "1,n,a,100,0,0", "2,n,a,100,0,0,0", "1,x,a,100,0,0,0", "1,n,b,100,0,0,0", "1,n,a,0,0,0,0",
                                  "1,n,a,301,0,0,0", "1,n,a,100,x,0,0", "1,nn,a,100,0,0,0", "1,n,a,100,0,0,99999999999999999999"}) {
    EXPECT_EQ(PageToken::parse(base64url_encode(plain)), std::nullopt) << plain;
  }
  EXPECT_EQ(PageToken::parse("W3si!"), std::nullopt);
  EXPECT_EQ(PageToken::parse(std::string(1000, 'A')), std::nullopt);
}

TEST(PageToken, AsksTheJournalForItsSide) {
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
    const PageToken token{where, ascending, 10, 0, INT64_MAX, 7};
    const events::PageQuery query = token.query(DomainId{1});
    EXPECT_EQ(query.ascending, query_ascending);
    EXPECT_EQ(query.after, after);
    EXPECT_EQ(query.before, before);
  }
}

}  // namespace
}  // namespace postroad::ingress::http
