// Filter expressions into postfix order: the two-stack method, without recursion.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "events/filter.h"
#include "events/words.h"

namespace postroad::events {
namespace {

std::string_view name_of(FilterField field) {
  return std::ranges::find(filter_names(), field, &FilterName::field)->name;
}

std::unexpected<Error> refuse(FilterField field, std::string_view why) {
  return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{}: {}", name_of(field), why));
}

/// Message ids and addresses may come in angle brackets.
std::string_view without_brackets(FilterField field, std::string_view term) {
  std::string_view id = trim(term);
  if (field != FilterField::kMessageId && id.find('@') == std::string_view::npos) return term;
  if (id.starts_with('<')) id.remove_prefix(1);
  if (id.ends_with('>')) id.remove_suffix(1);
  return id;
}

struct Comparison {
  std::string_view sign;
  FilterTerm::Bound bound;
};
constexpr Comparison kComparisons[] = {{">=", FilterTerm::Bound::kAtLeast}, {"<=", FilterTerm::Bound::kAtMost},
                                       {">", FilterTerm::Bound::kAbove},    {"<", FilterTerm::Bound::kBelow},
                                       {"=", FilterTerm::Bound::kEqual}};

}  // namespace

/// Reads one expression.
class FilterParser {
 public:
  FilterParser(FilterField field, std::vector<FilterToken> tokens) : tokens_(std::move(tokens)) { made_.field_ = field; }

  Result<FilterExpression> parse() {
    if (tokens_.empty()) return refuse(made_.field_, "the expression is empty");
    for (; at_ < tokens_.size(); ++at_) {
      RETURN_IF_ERROR(take(tokens_[at_]));
      if (waiting_.size() > FilterExpression::kDepthMax) return refuse(made_.field_, "the expression is nested too deeply");
    }
    if (wants_term_) return refuse(made_.field_, fmt::format("a term is missing after {}", tokens_.back().kind == FilterToken::Kind::kOpen ? "(" : tokens_.back().text));
    unwind(Waiting::kOr);
    if (!waiting_.empty()) return refuse(made_.field_, "a parenthesis is not closed");
    return std::move(made_);
  }

 private:
  enum class Waiting : std::uint8_t { kOpen, kOr, kAnd, kNot };  // By rank, the loosest first.
  using Kind = FilterToken::Kind;
  using Step = FilterExpression::Step;

  Result<void> take(const FilterToken& token) {
    switch (token.kind) {
      case Kind::kAnd: return join(Waiting::kAnd, token);
      case Kind::kOr: return join(Waiting::kOr, token);
      case Kind::kClose: return close();
      default: break;
    }
    if (!wants_term_) RETURN_IF_ERROR(join(Waiting::kAnd, token));
    if (token.kind == Kind::kTerm) return term(token);
    waiting_.push_back(token.kind == Kind::kNot ? Waiting::kNot : Waiting::kOpen);
    return {};
  }

  Result<void> join(Waiting with, const FilterToken& token) {
    if (wants_term_) return refuse(made_.field_, fmt::format("a term is missing before {}", token.text));
    unwind(with);
    waiting_.push_back(with);
    wants_term_ = true;
    return {};
  }

  Result<void> close() {
    if (wants_term_) return refuse(made_.field_, "a term is missing before )");
    unwind(Waiting::kOr);
    if (waiting_.empty()) return refuse(made_.field_, "a parenthesis closes that was not opened");
    waiting_.pop_back();
    return {};
  }

  /// Writes out what binds at least as tightly as `rank`; an open parenthesis stays.
  void unwind(Waiting rank) {
    while (!waiting_.empty() && waiting_.back() != Waiting::kOpen && waiting_.back() >= rank) {
      const Waiting done = waiting_.back();
      waiting_.pop_back();
      made_.steps_.push_back(done == Waiting::kNot ? Step::kNot : done == Waiting::kAnd ? Step::kAnd : Step::kOr);
    }
  }

  Result<void> term(const FilterToken& token) {
    if (made_.terms_.size() == FilterExpression::kTermsMax) return refuse(made_.field_, fmt::format("more than {} terms", FilterExpression::kTermsMax));
    FilterTerm term;
    if (made_.field_ == FilterField::kSize) {
      ASSIGN_OR_RETURN(term, range(token.text));
    } else {
      term.text = folded(without_brackets(made_.field_, token.text));
      term.words = words_of(term.text);
    }
    made_.terms_.push_back(std::move(term));
    made_.steps_.push_back(Step::kTerm);
    wants_term_ = false;
    return {};
  }

  /// A number with a sign of comparison before it, or in the word before it.
  Result<FilterTerm> range(std::string_view text) {
    FilterTerm term;
    std::string_view digits = text;
    for (const auto& [sign, bound] : kComparisons) {
      if (!text.starts_with(sign)) continue;
      term.bound = bound;
      digits.remove_prefix(sign.size());
      break;
    }
    const bool next_is_number = digits.empty() && at_ + 1 < tokens_.size() && tokens_[at_ + 1].kind == Kind::kTerm;
    if (next_is_number) digits = tokens_[++at_].text;
    const std::optional<std::int64_t> number = parse_int(digits);
    if (!number || *number < 0) return refuse(made_.field_, fmt::format("'{}' is neither a number nor a range like >1000", text));
    term.number = *number;
    return term;
  }

  std::vector<FilterToken> tokens_;
  std::size_t at_ = 0;
  std::vector<Waiting> waiting_;
  bool wants_term_ = true;
  FilterExpression made_;
};

Result<FilterExpression> FilterExpression::parse(FilterField field, std::string_view text) {
  Result<std::vector<FilterToken>> tokens = lex_filter(text);
  if (!tokens) return refuse(field, tokens.error().detail);
  return FilterParser(field, *std::move(tokens)).parse();
}

}  // namespace postroad::events
