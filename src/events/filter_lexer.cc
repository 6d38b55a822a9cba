#include "events/filter_lexer.h"

#include <fmt/format.h>

namespace postroad::events {
namespace {

constexpr std::string_view kWhite = " \t\r\n";
constexpr std::string_view kEndsWord = " \t\r\n()\"";

std::unexpected<Error> refuse(std::string why) { return fail_permanent(ErrorCode::kInvalidArgument, std::move(why)); }

FilterToken::Kind kind_of_word(std::string_view word) {
  if (word == "AND") return FilterToken::Kind::kAnd;
  if (word == "OR") return FilterToken::Kind::kOr;
  if (word == "NOT") return FilterToken::Kind::kNot;
  return FilterToken::Kind::kTerm;
}

/// `at` is behind the opening quote, and then behind the closing one.
Result<std::string> read_quoted(std::string_view text, std::size_t& at) {
  std::string inside;
  while (at < text.size()) {
    const char c = text[at++];
    if (c == '"') return inside;
    if (c == '\\' && at < text.size()) {
      inside += text[at++];
    } else {
      inside += c;
    }
  }
  return refuse("a quote is not closed");
}

}  // namespace

Result<std::vector<FilterToken>> lex_filter(std::string_view text) {
  if (text.size() > kFilterBytesMax) return refuse(fmt::format("longer than {} bytes", kFilterBytesMax));
  std::vector<FilterToken> tokens;
  for (std::size_t at = text.find_first_not_of(kWhite); at < text.size(); at = text.find_first_not_of(kWhite, at)) {
    if (tokens.size() == kFilterTokensMax) return refuse(fmt::format("more than {} words", kFilterTokensMax));
    const char c = text[at];
    if (c == '(' || c == ')') {
      tokens.push_back({c == '(' ? FilterToken::Kind::kOpen : FilterToken::Kind::kClose, {}, false});
      ++at;
    } else if (c == '"') {
      ASSIGN_OR_RETURN(std::string inside, read_quoted(text, ++at));
      if (inside.find_first_not_of(kWhite) == std::string::npos) return refuse("there is nothing between the quotes");
      tokens.push_back({FilterToken::Kind::kTerm, std::move(inside), true});
    } else {
      const std::size_t end = std::min(text.find_first_of(kEndsWord, at), text.size());
      const std::string_view word = text.substr(at, end - at);
      tokens.push_back({kind_of_word(word), std::string(word), false});
      at = end;
    }
  }
  return tokens;
}

}  // namespace postroad::events
