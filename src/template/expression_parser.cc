#include "template/expression_parser.h"

#include <algorithm>

#include "template/js_text.h"

namespace postroad::templates {
namespace {

/// `[a\]b]` is a]b; `"a\"b"` is a"b.
std::string unescaped(std::string_view text, std::string_view escapable) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && escapable.find(text[i + 1]) != std::string_view::npos) ++i;
    out += text[i];
  }
  return out;
}

std::string name_of(const Token& token) {
  if (!token.text.starts_with('[')) return std::string(token.text);
  return unescaped(token.text.substr(1, token.text.size() - 2), "]\\");
}

DataName data_name(std::string_view name) {
  if (name == "root") return DataName::kRoot;
  if (name == "key") return DataName::kKey;
  if (name == "index") return DataName::kIndex;
  if (name == "first") return DataName::kFirst;
  if (name == "last") return DataName::kLast;
  return name == "partial-block" ? DataName::kPartialBlock : DataName::kUnknown;
}

bool mentions_this(std::string_view text) {
  for (std::size_t at = text.find("this"); at != std::string_view::npos; at = text.find("this", at + 1)) {
    const char after = at + 4 < text.size() ? text[at + 4] : ' ';
    if (std::isalnum(static_cast<unsigned char>(after)) == 0 && after != '_') return true;
  }
  return false;
}

}  // namespace

std::unexpected<Error> ExpressionParser::fail_at(std::size_t offset, std::string_view what) const {
  return fail_permanent(ErrorCode::kInvalidArgument, template_line(text_, offset) + std::string(what));
}

Result<void> ExpressionParser::start() {
  RETURN_IF_ERROR(advance());
  return advance();
}

Result<void> ExpressionParser::advance() {
  token_ = ahead_;
  ASSIGN_OR_RETURN(ahead_, lexer_.next());
  return {};
}

Result<void> ExpressionParser::expect(TokenKind kind, std::string_view what) {
  if (token_.kind != kind) return fail_at(token_.offset, "expected " + std::string(what));
  return advance();
}

bool ExpressionParser::starts_value() const {
  switch (token_.kind) {
    case TokenKind::kId:
    case TokenKind::kData:
    case TokenKind::kString:
    case TokenKind::kNumber:
    case TokenKind::kTrue:
    case TokenKind::kFalse:
    case TokenKind::kUndefined:
    case TokenKind::kNull:
    case TokenKind::kOpenExpression:
      return true;
    default:
      return false;
  }
}

Result<Operand> ExpressionParser::path_operand(bool data) {
  Path path;
  path.names.begin = static_cast<std::uint32_t>(tree_.names.size());
  const std::size_t offset = token_.offset;
  std::string original;
  for (std::string separator = data ? "@" : "";;) {
    if (token_.kind != TokenKind::kId) return fail_at(token_.offset, "expected a name");
    const std::string name = name_of(token_);
    original += separator + name;
    if (tree_.words() > limits_.words_max) return fail_at(offset, "more words than a template may have");
    const bool dots = !token_.text.starts_with('[') && (name == ".." || name == "." || name == "this");
    const bool has_names = tree_.names.size() > path.names.begin || path.data != DataName::kNotData;
    if (dots && has_names) return fail_at(offset, "invalid path: " + original);
    if (dots) {
      path.depth += name == ".." ? 1 : 0;
    } else if (data && path.data == DataName::kNotData) {
      path.data = data_name(name);
    } else {
      tree_.names.push_back(name);
    }
    RETURN_IF_ERROR(advance());
    if (token_.kind != TokenKind::kSeparator) break;
    separator = token_.text;
    RETURN_IF_ERROR(advance());
  }
  path.names.end = static_cast<std::uint32_t>(tree_.names.size());
  path.scoped = original.starts_with('.') || mentions_this(original);
  path.simple = !data && path.depth == 0 && !path.scoped && path.names.size() == 1;
  tree_.paths.push_back(path);
  Operand operand;
  operand.path = static_cast<std::uint32_t>(tree_.paths.size() - 1);
  operand.original = std::move(original);
  return operand;
}

Result<Operand> ExpressionParser::operand() {
  if (token_.kind == TokenKind::kId) return path_operand(false);
  if (token_.kind == TokenKind::kData) {
    RETURN_IF_ERROR(advance());
    return path_operand(true);
  }
  if (tree_.words() > limits_.words_max) return fail_at(token_.offset, "more words than a template may have");
  Operand operand;
  Literal literal{LiteralKind::kUndefined, std::string(token_.text)};
  operand.is_text = false;
  switch (token_.kind) {
    case TokenKind::kString:
      literal.kind = LiteralKind::kString;
      operand.is_text = true;
      literal.text = unescaped(token_.text, text_.substr(token_.offset, 1));
      break;
    case TokenKind::kNumber:
      literal.kind = LiteralKind::kNumber;
      literal.number = to_number(token_.text);
      literal.text.clear();
      append_number(literal.text, literal.number);
      break;
    case TokenKind::kTrue:
      literal.kind = LiteralKind::kTrue;
      break;
    case TokenKind::kFalse:
      literal.kind = LiteralKind::kFalse;
      break;
    case TokenKind::kUndefined:
      literal.kind = LiteralKind::kUndefined;
      break;
    case TokenKind::kNull:
      literal.kind = LiteralKind::kNull;
      break;
    default:
      return fail_at(token_.offset, "expected a name or a value");
  }
  operand.original = literal.text;
  operand.literal = static_cast<std::uint32_t>(tree_.literals.size());
  tree_.literals.push_back(std::move(literal));
  RETURN_IF_ERROR(advance());
  return operand;
}

std::uint32_t ExpressionParser::as_path(const Operand& operand) {
  if (operand.path != kNone) return operand.path;
  Path path;
  path.names = {static_cast<std::uint32_t>(tree_.names.size()),
                static_cast<std::uint32_t>(tree_.names.size() + 1)};
  path.scoped = operand.original.starts_with('.') || mentions_this(operand.original);
  path.simple = !path.scoped;
  tree_.names.push_back(operand.original);
  tree_.paths.push_back(path);
  return static_cast<std::uint32_t>(tree_.paths.size() - 1);
}

Range ExpressionParser::add_keys(const std::vector<std::string>& keys) {
  const auto begin = static_cast<std::uint32_t>(tree_.keys.size());
  tree_.keys.insert(tree_.keys.end(), keys.begin(), keys.end());
  return {begin, static_cast<std::uint32_t>(tree_.keys.size())};
}

Result<void> ExpressionParser::open(std::vector<Open>& stack) {
  if (stack.size() >= limits_.nesting_max)
    return fail_at(token_.offset, "subexpressions are nested too deep");
  RETURN_IF_ERROR(advance());
  ASSIGN_OR_RETURN(const Operand callee, operand());
  stack.push_back({.path = as_path(callee)});
  return {};
}

void ExpressionParser::close(std::vector<Open>& stack) {
  const Open& done = stack.back();
  tree_.ops.push_back({OpKind::kCall, static_cast<std::uint32_t>(tree_.calls.size())});
  tree_.calls.push_back({.path = done.path, .arguments = done.arguments, .keys = add_keys(done.keys)});
  stack.pop_back();
}

Result<Call> ExpressionParser::arguments(std::uint32_t callee) {
  Call call{.path = callee};
  call.ops.begin = static_cast<std::uint32_t>(tree_.ops.size());
  std::vector<Open> stack{{.path = callee}};
  for (;;) {
    if (token_.kind == TokenKind::kCloseExpression && stack.size() > 1) {
      close(stack);
      RETURN_IF_ERROR(advance());
      continue;
    }
    Open& inner = stack.back();
    if (token_.kind == TokenKind::kId && ahead_.kind == TokenKind::kEquals) {
      inner.in_hash = true;
      inner.keys.push_back(name_of(token_));
      RETURN_IF_ERROR(advance());
      RETURN_IF_ERROR(advance());
      if (!starts_value()) return fail_at(token_.offset, "expected a value after =");
    } else if (!starts_value()) {
      break;
    } else if (inner.in_hash) {
      return fail_at(token_.offset, "a parameter cannot follow name=value");
    } else {
      ++inner.arguments;
    }
    if (inner.arguments + inner.keys.size() > limits_.arguments_max)
      return fail_at(token_.offset, "too many arguments");
    if (token_.kind == TokenKind::kOpenExpression) {
      RETURN_IF_ERROR(open(stack));
      continue;
    }
    ASSIGN_OR_RETURN(const Operand value, operand());
    tree_.ops.push_back(value.path != kNone ? ExpressionOp{OpKind::kPath, value.path}
                                            : ExpressionOp{OpKind::kLiteral, value.literal});
  }
  if (stack.size() > 1) return fail_at(token_.offset, "expected )");
  call.ops.end = static_cast<std::uint32_t>(tree_.ops.size());
  call.arguments = stack.back().arguments;
  call.keys = add_keys(stack.back().keys);
  return call;
}

Result<Range> ExpressionParser::subexpression() {
  const auto begin = static_cast<std::uint32_t>(tree_.ops.size());
  RETURN_IF_ERROR(advance());
  ASSIGN_OR_RETURN(const Operand callee, operand());
  ASSIGN_OR_RETURN(Call call, arguments(as_path(callee)));
  RETURN_IF_ERROR(expect(TokenKind::kCloseExpression, ")"));
  tree_.ops.push_back({OpKind::kCall, static_cast<std::uint32_t>(tree_.calls.size())});
  tree_.calls.push_back(call);
  return Range{begin, static_cast<std::uint32_t>(tree_.ops.size())};
}

Result<Range> ExpressionParser::block_params() {
  if (token_.kind != TokenKind::kOpenParams) return Range{};
  RETURN_IF_ERROR(advance());
  std::vector<std::string> names;
  while (token_.kind == TokenKind::kId) {
    names.push_back(name_of(token_));
    RETURN_IF_ERROR(advance());
  }
  if (names.empty()) return fail_at(token_.offset, "expected a name");
  RETURN_IF_ERROR(expect(TokenKind::kCloseParams, "|"));
  return add_keys(names);
}

}  // namespace postroad::templates
