#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "template/token.h"

namespace postroad::templates {

/// Splits a template as Handlebars 4.7 does: rules are tried in its order and the first that matches wins, so
/// that oddities (`\{{`, `{{!--`, `404/x` as a name) come out the same. Linear in the text.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  /// The next token; kEnd for ever at the end. Fails on characters that no rule takes, with line and place.
  Result<Token> next();

 private:
  enum class State { kContent, kEscaped, kTag };

  Result<Token> content();
  Token escaped_content();
  Result<Token> raw();
  Result<Token> tag();
  Result<Token> open_tag();
  std::optional<Token> until(TokenKind kind, char close);
  Result<Token> quoted(char quote);
  Result<Token> bracketed();
  Result<Token> word();
  Token take(TokenKind kind, std::size_t length);
  bool at(std::string_view expected) const { return text_.substr(at_).starts_with(expected); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  std::size_t after_space(std::size_t from) const;
  std::unexpected<Error> fail_here(std::string_view what) const;

  std::string_view text_;
  std::size_t at_ = 0;
  State state_ = State::kContent;
  std::size_t raw_depth_ = 0;
};

/// "template line 3: ": what errors begin with.
std::string template_line(std::string_view text, std::size_t offset);

}  // namespace postroad::templates
