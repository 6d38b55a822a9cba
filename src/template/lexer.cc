#include "template/lexer.h"

#include <fmt/format.h>

#include <algorithm>

#include "template/js_text.h"

namespace postroad::templates {
namespace {

constexpr std::size_t kShownMax = 20;  // octets of the template in an error
constexpr std::string_view kNotInNames = "!\"#%&'()*+,./;<=>@[\\]^`{|}~";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::string template_line(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  return fmt::format("template line {}: ", 1 + std::count(before.begin(), before.end(), '\n'));
}

std::unexpected<Error> Lexer::fail_here(std::string_view what) const {
  std::string_view shown = text_.substr(std::min(at_, text_.size()), kShownMax);
  while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0x80) != 0) shown.remove_suffix(1);
  return fail_permanent(ErrorCode::kInvalidArgument,
                        fmt::format("{}{} at \"{}\"", template_line(text_, at_), what, shown));
}

Token Lexer::take(TokenKind kind, std::size_t length) {
  const Token token{kind, text_.substr(at_, length), at_};
  at_ += length;
  return token;
}

std::size_t Lexer::after_space(std::size_t from) const {
  while (const std::size_t length = space_length(text_, from)) from += length;
  return from;
}

Result<Token> Lexer::next() {
  for (;;) {
    if (at_ >= text_.size() && state_ != State::kTag && raw_depth_ == 0)
      return Token{TokenKind::kEnd, {}, at_};
    if (state_ == State::kTag) return tag();
    if (raw_depth_ > 0) return raw();
    if (state_ == State::kEscaped) return escaped_content();
    const std::size_t before = at_;
    Result<Token> token = content();
    if (!token || !token->text.empty()) return token;
    if (at_ == before && state_ == State::kContent) return token;
  }
}

/// Text up to the next tag. `\{{` makes that tag text, `\\{{` is a backslash before it.
Result<Token> Lexer::content() {
  const std::size_t tag = text_.find("{{", at_);
  if (text_.substr(at_, tag == std::string_view::npos ? tag : tag - at_).find('\0') !=
      std::string_view::npos) {
    return fail_here("a NUL cannot be sent");
  }
  if (tag == std::string_view::npos) return take(TokenKind::kContent, text_.size() - at_);
  Token token = take(TokenKind::kContent, tag - at_);
  if (!token.text.ends_with('\\')) {
    state_ = State::kTag;
    return token;
  }
  state_ = token.text.ends_with("\\\\") ? State::kTag : State::kEscaped;
  token.text.remove_suffix(1);
  return token;
}

/// A tag that `\` made text, and what follows it up to the next tag.
Token Lexer::escaped_content() {
  std::size_t end = text_.find("{{", std::min(at_ + 2, text_.size()));
  if (end == std::string_view::npos) end = text_.size();
  for (int backslashes = 0; backslashes < 2 && end < text_.size() && end > at_ + 2 && text_[end - 1] == '\\';
       ++backslashes)
    --end;
  state_ = State::kContent;
  return take(TokenKind::kContent, end - at_);
}

/// Inside {{{{name}}}} everything is text but an end of that form; inner raw blocks nest.
Result<Token> Lexer::raw() {
  if (at("{{{{") && peek(4) != '/' && at_ + 4 < text_.size()) {
    ++raw_depth_;
    return take(TokenKind::kContent, 4);
  }
  if (at("{{{{/")) {
    std::size_t end = at_ + 5;
    while (end < text_.size() && space_length(text_, end) == 0 &&
           kNotInNames.find(text_[end]) == std::string_view::npos)
      ++end;
    if (end > at_ + 5 && text_.substr(end).starts_with("}}}}")) {
      Token token = take(TokenKind::kContent, end + 4 - at_);
      if (--raw_depth_ > 0) return token;
      token.kind = TokenKind::kEndRawBlock;
      token.text = token.text.substr(5, token.text.size() - 9);
      return token;
    }
  }
  const std::size_t next = text_.find("{{{{", at_ + 1);
  if (at_ >= text_.size() || next == std::string_view::npos) return fail_here("a raw block does not end");
  return take(TokenKind::kContent, next - at_);
}

Result<Token> Lexer::open_tag() {
  if (at("{{{{")) return take(TokenKind::kOpenRawBlock, 4);
  const std::size_t mark = at_ + 2 + (peek(2) == '~' ? 1 : 0);
  const char c = mark < text_.size() ? text_[mark] : '\0';
  const std::string_view rest = text_.substr(std::min(mark, text_.size()));
  const auto to = [&](TokenKind kind, std::size_t end) { return take(kind, end - at_); };
  // The end of `{{else}}` and `{{^}}` when only white space and `~` come before it; else 0.
  const auto closed = [&](std::size_t from) -> std::size_t {
    std::size_t end = after_space(from);
    if (text_.substr(end).starts_with('~')) ++end;
    return text_.substr(end).starts_with("}}") ? end + 2 : 0;
  };
  if (c == '>') return to(TokenKind::kOpenPartial, mark + 1);
  if (rest.starts_with("#>")) return to(TokenKind::kOpenPartialBlock, mark + 2);
  if (c == '#') return to(TokenKind::kOpenBlock, mark + (rest.starts_with("#*") ? 2 : 1));
  if (c == '/') return to(TokenKind::kOpenEndBlock, mark + 1);
  const std::size_t word = after_space(mark);
  const bool is_else = text_.substr(word).starts_with("else");
  if (c == '^' || is_else) {
    const std::size_t name = c == '^' ? mark + 1 : word + 4;
    if (const std::size_t end = closed(name)) {
      state_ = State::kContent;
      return to(TokenKind::kInverse, end);
    }
    if (c == '^') return to(TokenKind::kOpenInverse, name);
    if (name >= text_.size() || !is_word(text_[name])) return to(TokenKind::kOpenInverseChain, name);
  }
  if (c == '{') return to(TokenKind::kOpenUnescaped, mark + 1);
  if (c == '&') return to(TokenKind::kOpen, mark + 1);
  if (rest.starts_with("!--")) {
    // The dashes that open may also close: {{!--}} is whole.
    for (std::size_t dash = text_.find("--", mark + 1); dash != std::string_view::npos;
         dash = text_.find("--", dash + 1)) {
      const std::size_t end = dash + 2 + (text_.substr(dash + 2).starts_with('~') ? 1 : 0);
      if (!text_.substr(end).starts_with("}}")) continue;
      state_ = State::kContent;
      return to(TokenKind::kComment, end + 2);
    }
    return fail_here("a comment does not end");
  }
  if (c == '!') {
    const std::size_t end = text_.find("}}", mark + 1);
    if (end == std::string_view::npos) return fail_here("a comment does not end");
    state_ = State::kContent;
    return to(TokenKind::kComment, end + 2);
  }
  return to(TokenKind::kOpen, mark + (c == '*' ? 1 : 0));
}

Result<Token> Lexer::tag() {
  at_ = after_space(at_);
  if (at_ >= text_.size()) return fail_here("a tag does not end");
  if (at("{{")) return open_tag();
  const auto close = [&](TokenKind kind, std::size_t length) {
    state_ = State::kContent;
    return take(kind, length);
  };
  if (at("}}}}")) {
    raw_depth_ = 1;
    return close(TokenKind::kCloseRawBlock, 4);
  }
  if (at("}~}}")) return close(TokenKind::kCloseUnescaped, 4);
  if (at("}}}")) return close(TokenKind::kCloseUnescaped, 3);
  if (at("~}}")) return close(TokenKind::kClose, 3);
  if (at("}}")) return close(TokenKind::kClose, 2);
  switch (peek()) {
    case '(':
      return take(TokenKind::kOpenExpression, 1);
    case ')':
      return take(TokenKind::kCloseExpression, 1);
    case '=':
      return take(TokenKind::kEquals, 1);
    case '@':
      return take(TokenKind::kData, 1);
    case '|':
      return take(TokenKind::kCloseParams, 1);
    case '/':
      return take(TokenKind::kSeparator, 1);
    case '"':
    case '\'':
      return quoted(peek());
    case '[':
      return bracketed();
    default:
      return word();
  }
}

/// Up to `close`; one that a backslash escapes ends the token only when no other does.
std::optional<Token> Lexer::until(TokenKind kind, char close) {
  std::size_t end = 0;
  for (std::size_t at = at_ + 1; at < text_.size(); ++at) {
    if (text_[at] != close) continue;
    end = at + 1;
    if (text_[at - 1] != '\\' || at == at_ + 1) break;
  }
  if (end == 0) return std::nullopt;
  return take(kind, end - at_);
}

Result<Token> Lexer::quoted(char quote) {
  std::optional<Token> token = until(TokenKind::kString, quote);
  if (!token) return fail_here("a quoted text does not end");
  token->text = token->text.substr(1, token->text.size() - 2);
  return *token;
}

Result<Token> Lexer::bracketed() {
  const std::optional<Token> token = until(TokenKind::kId, ']');
  if (!token) return fail_here("a name in brackets does not end");
  return *token;
}

Result<Token> Lexer::word() {
  // What may stand after a name, and after a literal. The end of the text is neither.
  const auto ends = [&](std::size_t end, std::string_view marks) {
    return end < text_.size() &&
           (marks.find(text_[end]) != std::string_view::npos || space_length(text_, end) != 0);
  };
  constexpr std::string_view kAfterName = "=~}/.)|", kAfterLiteral = "~})";
  if (at("..")) return take(TokenKind::kId, 2);
  if (peek() == '.') return take(ends(at_ + 1, kAfterName) ? TokenKind::kId : TokenKind::kSeparator, 1);
  std::size_t end = at_;
  while (end < text_.size() && space_length(text_, end) == 0 &&
         kNotInNames.find(text_[end]) == std::string_view::npos)
    ++end;
  const std::string_view name = text_.substr(at_, end - at_);
  if (ends(end, kAfterLiteral)) {
    if (name == "true") return take(TokenKind::kTrue, name.size());
    if (name == "false") return take(TokenKind::kFalse, name.size());
    if (name == "undefined") return take(TokenKind::kUndefined, name.size());
    if (name == "null") return take(TokenKind::kNull, name.size());
  }
  std::size_t digits = at_ + (peek() == '-' ? 1 : 0);
  const std::size_t whole = digits;
  while (digits < text_.size() && is_digit(text_[digits])) ++digits;
  if (digits > whole) {
    std::size_t fraction = digits + 1;
    while (fraction < text_.size() && is_digit(text_[fraction])) ++fraction;
    if (text_.substr(digits).starts_with('.') && fraction > digits + 1) digits = fraction;
    if (ends(digits, kAfterLiteral)) return take(TokenKind::kNumber, digits - at_);
  }
  if (at("as") && space_length(text_, at_ + 2) != 0) {
    const std::size_t bar = after_space(at_ + 2);
    if (text_.substr(bar).starts_with('|')) return take(TokenKind::kOpenParams, bar + 1 - at_);
  }
  if (name.empty() || !ends(end, kAfterName)) return fail_here("not understood");
  return take(TokenKind::kId, name.size());
}

}  // namespace postroad::templates
