#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "template/lexer.h"
#include "template/limits.h"
#include "template/tree.h"

namespace postroad::templates {

/// What stands where a name may: a path, or a literal.
struct Operand {
  std::uint32_t path = kNone, literal = kNone;
  std::string original;  ///< What a closing tag must repeat.
  bool is_text =
      true;  ///< A path or a string: `{{#a}}` and `{{/"a"}}` agree, `{{#[1]}}` and `{{/1}}` do not.
};

/// Reads names and arguments inside one tag; open subexpressions are on a bounded stack.
class ExpressionParser {
 public:
  ExpressionParser(std::string_view text, Tree& tree, const Limits& limits)
      : text_(text), tree_(tree), limits_(limits), lexer_(text) {}

  Result<void> start();
  const Token& token() const { return token_; }
  Result<void> advance();
  /// Advances past a token of that kind.
  Result<void> expect(TokenKind kind, std::string_view what);
  std::unexpected<Error> fail_at(std::size_t offset, std::string_view what) const;

  Result<Operand> operand();
  /// A literal becomes the path of that one name, as `{{"foo bar"}}` and `{{12}}` look a value up.
  std::uint32_t as_path(const Operand& operand);
  /// Parameters and hash up to what can be neither.
  Result<Call> arguments(std::uint32_t callee);
  /// `(name …)`: pushes its value.
  Result<Range> subexpression();
  /// `as |a b|`, or nothing.
  Result<Range> block_params();

 private:
  struct Open {
    std::uint32_t path;
    std::uint32_t arguments = 0;
    std::vector<std::string> keys;
    bool in_hash = false;
  };

  Result<Operand> path_operand(bool data);
  Result<void> open(std::vector<Open>& stack);
  void close(std::vector<Open>& stack);
  Range add_keys(const std::vector<std::string>& keys);
  bool starts_value() const;

  std::string_view text_;
  Tree& tree_;
  const Limits& limits_;
  Lexer lexer_;
  Token token_, ahead_;
};

}  // namespace postroad::templates
