#include "events/filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "events/words.h"

namespace postroad::events {
namespace {

using enum FilterField;

struct Case {
  std::string_view about;
  FilterField field;
  std::string_view expression;
  std::vector<std::string> values;
  bool matches;
};

void expect(std::span<const Case> cases) {
  for (const auto& [about, field, expression, values, matches] : cases) {
    SCOPED_TRACE(about);
    const Result<FilterExpression> parsed = FilterExpression::parse(field, expression);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().detail;
    EXPECT_EQ(parsed->matches(values), matches) << expression;
  }
}

TEST(FilterWords, AreLettersAndDigitsOfAnyScript) {
  EXPECT_EQ(words_of(""), " ");
  EXPECT_EQ(words_of("--"), " ");
  EXPECT_EQ(words_of("Re: Your order_77, ok!"), " re your order 77 ok ");
  EXPECT_EQ(words_of("GRÖẞE\u2014ЖУК\u3002"), " größe жук ");
  EXPECT_EQ(words_of("a\xFF\xC3"), " a\xFF\xC3 ");
  EXPECT_EQ(folded("A.Ñ@Ä.example"), "a.ñ@ä.example");
}

TEST(Filter, BindsNotBeforeAndBeforeOr) {
  const std::vector<std::string> ab{"a", "b"};
  expect(std::vector<Case>{
      {"a tag of the set", kTags, "a", ab, true},
      {"another", kTags, "c", ab, false},
      {"both", kTags, "a AND b", ab, true},
      {"one is missing", kTags, "a AND c", ab, false},
      {"either", kTags, "c OR b", ab, true},
      {"neither", kTags, "c OR d", ab, false},
      {"neighbours are joined by AND", kTags, "a b", ab, true},
      {"… all of them", kTags, "a b c", ab, false},
      {"not", kTags, "NOT c", ab, true},
      {"not binds to the next only", kTags, "NOT c AND a", ab, true},
      {"… and not to what OR brings", kTags, "NOT a OR b", ab, true},
      {"twice not", kTags, "NOT NOT a", ab, true},
      {"three times", kTags, "NOT NOT NOT a", ab, false},
      {"not after a neighbour", kTags, "a NOT c", ab, true},
      {"and not", kTags, "a AND NOT b", ab, false},
      {"AND before OR, left", kTags, "c AND d OR a", ab, true},
      {"AND before OR, right", kTags, "a OR c AND d", ab, true},
      {"a neighbour binds like AND", kTags, "a OR c d", ab, true},
      {"parentheses first", kTags, "(a OR c) AND d", ab, false},
      {"parentheses, right", kTags, "a AND (c OR b)", ab, true},
      {"not before parentheses", kTags, "NOT (a AND c)", ab, true},
      {"nested", kTags, "((a) AND (NOT (c OR (d))))", ab, true},
      {"parentheses are neighbours", kTags, "(a)(b)", ab, true},
      {"parentheses end words", kTags, "c OR(a)", ab, true},
      {"operators are capitals only", kTags, "a or b", ab, false},
      {"… small ones are terms", kTags, "a or", {"a", "or"}, true},
      {"a quoted operator is a term", kTags, "\"OR\"", {"or"}, true},
      {"nothing there, not asked for", kTags, "NOT a", {}, true},
  });
}

TEST(Filter, ReadsQuotesAsOneTerm) {
  expect(std::vector<Case>{
      {"a space in a tag", kTags, "\"big sale\"", {"big sale"}, true},
      {"is not two tags", kTags, "\"big sale\"", {"big", "sale"}, false},
      {"parentheses in quotes", kTags, "\"a (b)\"", {"A (B)"}, true},
      {"an escaped quote", kTags, R"("say \"hi\"")", {"say \"hi\""}, true},
      {"words next to each other", kSubject, "\"your order\"", {"About your order 5"}, true},
      {"… and in order", kSubject, "\"order your\"", {"About your order 5"}, false},
      {"unquoted words may be apart", kSubject, "order about", {"About your order 5"}, true},
      {"quotes beside words", kTags, "a\"b c\"", {"a", "b c"}, true},
  });
}

TEST(Filter, MatchesByTheKindOfField) {
  const std::string header = "Shop, Inc. <App@mail.shop.example>, bob@x.example";
  expect(std::vector<Case>{
      {"an event's name", kEvent, "delivered OR failed", {"failed"}, true},
      {"any case", kEvent, "Delivered", {"delivered"}, true},
      {"a name that is not known", kEvent, "opened", {"delivered"}, false},
      {"severity", kSeverity, "permanent", {"permanent"}, true},
      {"no severity", kSeverity, "permanent", {}, false},
      {"tags are whole", kTags, "sale", {"big sale"}, false},
      {"tags ignore case", kTags, "SALE", {"Sale"}, true},
      {"a campaign", kCampaign, "spring", {"spring"}, true},
      {"a subject's word", kSubject, "ORDER", {"Your order: 7781"}, true},
      {"not a part of a word", kSubject, "ord", {"Your order: 7781"}, false},
      {"punctuation in a term cuts it", kSubject, "order-7781", {"Your order: 7781"}, true},
      {"another script", kSubject, "größe", {"Neue GRÖSSE, GRÖẞE"}, true},
      {"a term without letters", kSubject, "!!", {"Now!!"}, true},
      {"… that is not there", kSubject, "!!", {"Now!"}, false},
      {"a file name", kAttachment, "invoice", {"invoice-5.pdf"}, true},
      {"its ending", kAttachment, "pdf", {"invoice-5.pdf"}, true},
      {"another file", kAttachment, "\"invoice pdf\"", {"invoice-5.pdf"}, false},
      {"any attachment", kAttachment, "yes", {"x.bin"}, true},
      {"any, none there", kAttachment, "yes", {}, false},
      {"none", kAttachment, "no", {}, true},
      {"none, one there", kAttachment, "no", {"x.bin"}, false},
      {"a file called no", kAttachment, "no", {"no.bin"}, true},
      {"a complete address", kRecipient, "ana@north.example", {"Ana@North.example"}, true},
      {"not the end of a longer one", kRecipient, "ana@north.example", {"xana@north.example"}, false},
      {"not the beginning of one", kRecipient, "ana@north.example", {"ana@north.example.org"}, false},
      {"not after a dot", kRecipient, "ana@north.example", {"eva.ana@north.example"}, false},
      {"its domain", kRecipient, "north.example", {"ana@north.example"}, true},
      {"a domain above", kRecipient, "example", {"ana@north.example"}, true},
      {"a word that is not there", kRecipient, "nor.example", {"ana@north.example"}, false},
      {"its local part", kRecipient, "ana", {"ana@north.example"}, true},
      {"exactly its domain", kRecipient, "@north.example", {"ana@north.example"}, true},
      {"not a domain below", kRecipient, "@example", {"ana@north.example"}, false},
      {"an address in a header", kFrom, "app@mail.shop.example", {header}, true},
      {"the other one", kTo, "bob@x.example", {header}, true},
      {"an address in brackets", kFrom, "<bob@x.example>", {header}, true},
      {"a name in a header", kFrom, "shop", {header}, true},
      {"a phrase in a header", kFrom, "\"Shop Inc\"", {header}, true},
      {"one of the recipients", kRecipients, "b@y.example", {"a@x.example", "b@y.example"}, true},
      {"a list", kList, "news@lists.example", {"news@lists.example"}, true},
      {"a message id", kMessageId, "1.2@shop.example", {"1.2@shop.example"}, true},
      {"in brackets", kMessageId, "<1.2@Shop.example>", {"1.2@shop.example"}, true},
      {"… in quotes", kMessageId, "\"<1.2@shop.example>\"", {"1.2@shop.example"}, true},
      {"not a part of one", kMessageId, "2@shop.example", {"1.2@shop.example"}, false},
      {"a variable's value", kUserVariables, "7781", {"order 7781"}, true},
      {"name and value", kUserVariables, "order:7781", {"order 7781"}, true},
      {"of another name", kUserVariables, "bill:7781", {"order 7781"}, false},
  });
}

TEST(Filter, ComparesSizes) {
  expect(std::vector<Case>{
      {"equal", kSize, "100", {"100"}, true},
      {"equal, with its sign", kSize, "=100", {"100"}, true},
      {"above", kSize, ">100", {"100"}, false},
      {"at least", kSize, ">=100", {"100"}, true},
      {"below", kSize, "<100", {"99"}, true},
      {"at most", kSize, "<=100", {"101"}, false},
      {"a range", kSize, ">10000 <20000", {"15000"}, true},
      {"out of the range", kSize, ">10000 <20000", {"20000"}, false},
      {"either end", kSize, "<10 OR >1000", {"5000"}, true},
      {"a space after the sign", kSize, "> 100", {"101"}, true},
      {"not", kSize, "NOT >100", {"100"}, true},
      {"an event without size", kSize, "<100", {}, false},
  });
}

TEST(Filter, RefusesWhatIsNoExpression) {
  std::string deep, terms;
  for (std::size_t i = 0; i <= FilterExpression::kDepthMax; ++i) deep += "(";
  for (std::size_t i = 0; i <= FilterExpression::kTermsMax; ++i) terms += "a ";
  struct Refused {
    FilterField field;
    std::string expression;
    std::string_view why;
  };
  for (const auto& [field, expression, why] : {
           Refused{kTags, "  ", "tags: the expression is empty"},
           Refused{kTags, "a AND", "tags: a term is missing after AND"},
           Refused{kEvent, "delivered OR", "event: a term is missing after OR"},
           Refused{kTags, "NOT", "tags: a term is missing after NOT"},
           Refused{kTags, "OR a", "tags: a term is missing before OR"},
           Refused{kTags, "a AND OR b", "tags: a term is missing before OR"},
           Refused{kTags, "()", "tags: a term is missing before )"},
           Refused{kTags, "(a OR)", "tags: a term is missing before )"},
           Refused{kTags, "(", "tags: a term is missing after ("},
           Refused{kTags, "(a", "tags: a parenthesis is not closed"},
           Refused{kTags, "a)", "tags: a parenthesis closes that was not opened"},
           Refused{kTags, "a)(b", "tags: a parenthesis closes that was not opened"},
           Refused{kSubject, "\"a", "subject: a quote is not closed"},
           Refused{kSubject, "\"a\\\"", "subject: a quote is not closed"},
           Refused{kSubject, "\"\"", "subject: there is nothing between the quotes"},
           Refused{kSize, "big", "size: 'big' is neither a number nor a range like >1000"},
           Refused{kSize, ">", "size: '>' is neither a number nor a range like >1000"},
           Refused{kSize, "> <5", "size: '>' is neither a number nor a range like >1000"},
           Refused{kSize, "-5", "size: '-5' is neither a number nor a range like >1000"},
           Refused{kSize, "99999999999999999999", "size: '99999999999999999999' is neither a number nor a range like >1000"},
           Refused{kTags, deep, "tags: the expression is nested too deeply"},
           Refused{kTags, terms, "tags: more than 100 terms"},
           Refused{kTags, std::string(kFilterBytesMax + 1, 'a'), "tags: longer than 2000 bytes"},
           Refused{kTags, std::string(kFilterTokensMax + 1, '('), "tags: more than 400 words"},
       }) {
    const Result<FilterExpression> parsed = FilterExpression::parse(field, expression);
    ASSERT_FALSE(parsed.has_value()) << expression;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(parsed.error().detail, why);
  }
}

/// "a|b & c": one of a and b, and c.
std::string needs(FilterField field, std::string_view text) {
  std::string shown;
  for (const AnyOf& any : FilterExpression::parse(field, text)->needs()) {
    shown += shown.empty() ? "" : " & ";
    for (const IndexText& one : any) shown += (&one == any.data() ? "" : "|") + one.text;
  }
  return shown;
}

TEST(Filter, KnowsWhatAnIndexCanBeAskedFor) {
  struct Needs {
    FilterField field;
    std::string_view expression, needs;
  };
  for (const auto& [field, expression, expected] : {
           Needs{kRecipient, "Ana@x.example", "ana@x.example"},
           Needs{kRecipient, "a@x.example OR b@x.example", "a@x.example|b@x.example"},
           Needs{kRecipient, "a@x.example OR x.example", "a@x.example|x"},
           Needs{kRecipient, "@x.example", "x & example"},
           Needs{kRecipient, "NOT a@x.example", ""},
           Needs{kRecipient, "a@x.example OR NOT b@x.example", ""},
           Needs{kRecipient, "a@x.example NOT b@x.example", "a@x.example"},
           Needs{kFrom, "\"o b@x.example\"", "o & b & x & example"},
           Needs{kMessageId, "<A@x>", "a@x"},
           Needs{kSubject, "a@x", "a & x"},
           Needs{kSubject, "--", ""},
           Needs{kTags, "(a OR b) c", "a|b & c"},
           Needs{kAttachment, "yes", ""},
           Needs{kAttachment, "a.pdf OR no", ""},
           Needs{kSize, ">5", ""},
       }) {
    EXPECT_EQ(needs(field, expression), expected) << expression;
  }
}

TEST(Filter, NeedsNothingThatAMatchingValueDoesNotOffer) {
  constexpr std::string_view kPieces[] = {"a", "b@a", "@", " ", " OR ", "NOT ", "\"", ",", "\xC3\xA9", "."};
  constexpr std::size_t kCount = std::size(kPieces);
  std::vector<std::string> texts;
  for (std::size_t number = 1; number < kCount * kCount * kCount * kCount; ++number) {
    std::string& text = texts.emplace_back();
    for (std::size_t rest = number; rest > 0; rest /= kCount) text += kPieces[rest % kCount];
  }
  int matched = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (const FilterField field : {kTags, kSubject, kFrom, kAttachment}) {
      const Result<FilterExpression> one = FilterExpression::parse(field, texts[i]);
      if (!one) continue;
      for (std::size_t other = i % 7; other < texts.size(); other += 97) {
        if (!one->matches(std::array{texts[other]})) continue;
        ++matched;
        std::vector<std::string> offered;
        append_index_texts(field, texts[other], offered);
        for (const AnyOf& any : one->needs()) {
          EXPECT_TRUE(std::ranges::any_of(any, [&](const IndexText& need) { return std::ranges::find(offered, need.text) != offered.end(); }))
              << texts[i] << " matches " << texts[other];
        }
      }
    }
  }
  EXPECT_GT(matched, 1000);
}

class Fake final : public FieldValues {
 public:
  std::span<const std::string> values(FilterField field) override { return field == kTags ? tags : subject; }
  std::vector<std::string> tags{"a", "b"}, subject{"Hello"};
};

TEST(Filter, HoldsWhenEveryFieldDoes) {
  Fake event;
  const auto add = [](Filter& filter, std::string_view name, std::string_view text) {
    for (const FilterName& known : filter_names()) {
      if (known.name == name) return filter.add(known, text).has_value();
    }
    return false;
  };
  Filter filter;
  EXPECT_TRUE(filter.matches(event));
  EXPECT_TRUE(add(filter, "tag", "a"));
  EXPECT_TRUE(add(filter, "tags", "b"));
  EXPECT_TRUE(add(filter, "subject", "hello"));
  EXPECT_TRUE(filter.matches(event));
  EXPECT_EQ(filter.texts().size(), 3u);
  EXPECT_EQ(filter.texts()[0].name, "tag");
  EXPECT_TRUE(add(filter, "tag", "c"));
  EXPECT_FALSE(filter.matches(event));
  EXPECT_FALSE(add(filter, "tag", "("));
  for (int i = 0; i < 2; ++i) add(filter, "subject", std::string(1900, 'x'));
  EXPECT_FALSE(add(filter, "subject", std::string(300, 'x')));
}

TEST(Filter, SurvivesAnyText) {
  // Every text of up to four pieces: an answer, and no more.
  constexpr std::string_view kPieces[] = {"a", " ", "(", ")", "\"", "\\", "NOT", " AND ", " OR ", "<", "@", "\xC3", ">5"};
  int parsed = 0;
  constexpr std::size_t kCount = std::size(kPieces);
  for (std::size_t number = 0; number < kCount * kCount * kCount * kCount; ++number) {
    std::string text;
    for (std::size_t rest = number; rest > 0; rest /= kCount) text += kPieces[rest % kCount];
    for (const FilterField field : {kTags, kSize, kFrom}) {
      const Result<FilterExpression> one = FilterExpression::parse(field, text);
      if (!one) continue;
      const std::vector<std::string> values{"5", "a@a"};
      one->matches(values);
      ++parsed;
    }
  }
  EXPECT_GT(parsed, 1000);
}

}  // namespace
}  // namespace postroad::events
