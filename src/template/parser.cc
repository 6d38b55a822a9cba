#include "template/parser.h"

#include <fmt/format.h>

#include <vector>

#include "template/expression_parser.h"
#include "template/whitespace.h"

namespace postroad::templates {
namespace {

/// A block whose closing tag has not come.
struct Open {
  std::uint32_t node;
  std::uint32_t body;     ///< The one being filled.
  bool inverted = false;  ///< Opened by {{^name}}.
  bool chained = false;   ///< Opened by {{else name}}: closes with the block it belongs to.
  bool in_inverse = false;
  bool raw = false;
  std::string original;
  bool is_text = true;
};

class Parser {
 public:
  Parser(std::string_view text, const Limits& limits)
      : text_(text), limits_(limits), in_(text, tree_, limits) {}

  Result<Tree> run() {
    RETURN_IF_ERROR(in_.start());
    new_body({});
    while (in_.token().kind != TokenKind::kEnd) RETURN_IF_ERROR(statement());
    if (!open_.empty()) return in_.fail_at(tree_.nodes[open_.back().node].offset, "a block does not end");
    settle_body(tree_, text_, tree_.bodies[0], true);
    return std::move(tree_);
  }

 private:
  Result<void> statement() {
    if (tree_.words() > limits_.words_max)
      return in_.fail_at(in_.token().offset, "more words than a template may have");
    switch (in_.token().kind) {
      case TokenKind::kContent:
        return content();
      case TokenKind::kComment:
        return comment();
      case TokenKind::kOpen:
      case TokenKind::kOpenUnescaped:
        return mustache();
      case TokenKind::kOpenBlock:
      case TokenKind::kOpenInverse:
        return open_block();
      case TokenKind::kOpenRawBlock:
        return open_raw_block();
      case TokenKind::kEndRawBlock:
        return end_raw_block();
      case TokenKind::kOpenInverseChain:
        return chain();
      case TokenKind::kInverse:
        return inverse();
      case TokenKind::kOpenEndBlock:
        return end_block();
      case TokenKind::kOpenPartial:
        return partial();
      case TokenKind::kOpenPartialBlock:
        return partial_block();
      default:
        return in_.fail_at(in_.token().offset, "a tag is not expected here");
    }
  }

  std::uint32_t new_body(Range params) {
    tree_.bodies.push_back({.params = params});
    return static_cast<std::uint32_t>(tree_.bodies.size() - 1);
  }

  Node& add(NodeKind kind) {
    tree_.nodes.push_back({.kind = kind, .offset = static_cast<std::uint32_t>(in_.token().offset)});
    tree_.bodies[open_.empty() ? 0 : open_.back().body].nodes.push_back(
        static_cast<std::uint32_t>(tree_.nodes.size() - 1));
    return tree_.nodes.back();
  }
  std::uint32_t last_node() const { return static_cast<std::uint32_t>(tree_.nodes.size() - 1); }

  static bool opens_with_tilde(const Token& token) { return token.text.size() > 2 && token.text[2] == '~'; }
  static bool closes_with_tilde(const Token& token) {
    return token.text.size() >= 3 && token.text[token.text.size() - 3] == '~';
  }

  Result<void> content() {
    const Token token = in_.token();
    Node& node = add(NodeKind::kContent);
    node.original = {static_cast<std::uint32_t>(token.offset),
                     static_cast<std::uint32_t>(token.offset + token.text.size())};
    node.content = node.original;
    return in_.advance();
  }

  Result<void> comment() {
    const Token token = in_.token();
    Node& node = add(NodeKind::kComment);
    node.strip = {opens_with_tilde(token), closes_with_tilde(token)};
    node.inline_standalone = true;
    return in_.advance();
  }

  /// The closing }} of a tag; its `~` goes to `strip`.
  Result<void> close_tag(TokenKind kind, bool& strip) {
    strip = closes_with_tilde(in_.token());
    return in_.expect(kind, kind == TokenKind::kCloseUnescaped ? "}}}" : "}}");
  }

  Result<void> mustache() {
    const Token token = in_.token();
    Node node = add(NodeKind::kMustache);
    const std::uint32_t at = last_node();
    if (token.text.ends_with('*'))
      return in_.fail_at(token.offset, "there are no decorators but {{#*inline}}");
    const bool triple = token.kind == TokenKind::kOpenUnescaped;
    node.escaped = !triple && !token.text.ends_with('&');
    node.strip.open = opens_with_tilde(token);
    RETURN_IF_ERROR(in_.advance());
    ASSIGN_OR_RETURN(const Operand callee, in_.operand());
    ASSIGN_OR_RETURN(node.call, in_.arguments(in_.as_path(callee)));
    RETURN_IF_ERROR(close_tag(triple ? TokenKind::kCloseUnescaped : TokenKind::kClose, node.strip.close));
    tree_.nodes[at] = std::move(node);
    return {};
  }

  /// name, arguments and block parameters of an opening tag, up to and with its }}.
  Result<void> block_head(Node& node, Open& open) {
    const Token token = in_.token();
    node.strip.open = opens_with_tilde(token);
    RETURN_IF_ERROR(in_.advance());
    ASSIGN_OR_RETURN(const Operand callee, in_.operand());
    open.original = callee.original;
    open.is_text = callee.is_text;
    ASSIGN_OR_RETURN(node.call, in_.arguments(in_.as_path(callee)));
    ASSIGN_OR_RETURN(const Range params, in_.block_params());
    RETURN_IF_ERROR(close_tag(TokenKind::kClose, node.strip.close));
    open.body = new_body(params);
    return {};
  }

  Result<void> push(Open open) {
    if (open_.size() >= limits_.nesting_max) {
      return in_.fail_at(tree_.nodes[open.node].offset,
                         fmt::format("more than {} blocks are open", limits_.nesting_max));
    }
    open_.push_back(std::move(open));
    return {};
  }

  Result<void> open_block() {
    const Token token = in_.token();
    const bool decorator = token.text.ends_with('*');
    Node node = add(decorator ? NodeKind::kInline : NodeKind::kBlock);
    Open open{.node = last_node(), .inverted = token.kind == TokenKind::kOpenInverse};
    RETURN_IF_ERROR(block_head(node, open));
    if (decorator && open.original != "inline") {
      return in_.fail_at(token.offset, "there are no decorators but {{#*inline}}");
    }
    tree_.nodes[open.node] = std::move(node);
    return push(std::move(open));
  }

  Result<void> open_raw_block() {
    Node node = add(NodeKind::kBlock);
    Open open{.node = last_node(), .raw = true};
    RETURN_IF_ERROR(in_.advance());
    ASSIGN_OR_RETURN(const Operand callee, in_.operand());
    open.original = callee.original;
    ASSIGN_OR_RETURN(node.call, in_.arguments(in_.as_path(callee)));
    RETURN_IF_ERROR(in_.expect(TokenKind::kCloseRawBlock, "}}}}"));
    open.body = new_body({});
    tree_.nodes[open.node] = std::move(node);
    return push(std::move(open));
  }

  Result<void> end_raw_block() {
    if (open_.empty() || !open_.back().raw || open_.back().original != in_.token().text) {
      return in_.fail_at(in_.token().offset,
                         "{{{{/" + std::string(in_.token().text) + "}}}} closes another block");
    }
    close(open_.back());
    open_.pop_back();
    return in_.advance();
  }

  Open* open_for_else() {
    if (open_.empty() || open_.back().in_inverse || open_.back().raw) return nullptr;
    return tree_.nodes[open_.back().node].kind == NodeKind::kBlock ? &open_.back() : nullptr;
  }

  Result<void> inverse() {
    const Token token = in_.token();
    Open* open = open_for_else();
    if (open == nullptr) return in_.fail_at(token.offset, "an else belongs to no block");
    Node& node = tree_.nodes[open->node];
    node.program = open->body;
    node.inverse_strip = {opens_with_tilde(token), closes_with_tilde(token)};
    node.inverse = open->body = new_body({});
    open->in_inverse = true;
    return in_.advance();
  }

  /// {{else name}}: an inverse that holds one block, which closes when the outer one does.
  Result<void> chain() {
    const Token token = in_.token();
    Open* open = open_for_else();
    if (open == nullptr || open->inverted) return in_.fail_at(token.offset, "an else belongs to no block");
    const std::uint32_t outer = open->node, body = new_body({});
    tree_.bodies[body].chained = true;
    tree_.nodes[outer].program = open->body;
    tree_.nodes[outer].inverse = open->body = body;
    open->in_inverse = true;
    Node node = add(NodeKind::kBlock);
    Open inner{.node = last_node(), .chained = true};
    RETURN_IF_ERROR(block_head(node, inner));
    tree_.nodes[outer].inverse_strip = node.strip;
    tree_.nodes[inner.node] = std::move(node);
    return push(std::move(inner));
  }

  Result<void> end_block() {
    const Token token = in_.token();
    Strip strip{.open = opens_with_tilde(token)};
    RETURN_IF_ERROR(in_.advance());
    ASSIGN_OR_RETURN(const Operand name, in_.operand());
    RETURN_IF_ERROR(close_tag(TokenKind::kClose, strip.close));
    std::size_t outer = open_.size();
    while (outer > 0 && open_[outer - 1].chained) --outer;
    if (outer == 0 || open_[outer - 1].raw) return in_.fail_at(token.offset, "a closing tag has no block");
    const Open& block = open_[outer - 1];
    if (block.original != name.original || block.is_text != name.is_text) {
      return in_.fail_at(token.offset, block.original + " is open, not " + name.original);
    }
    tree_.nodes[block.node].close_strip = strip;
    // The first link of a chain closes with the block; a later one repeats its own tag's `~`, as the original
    // does.
    for (std::size_t i = outer; i < open_.size(); ++i) {
      tree_.nodes[open_[i].node].close_strip = i == outer ? strip : tree_.nodes[open_[i].node].strip;
    }
    while (open_.size() >= outer) {
      close(open_.back());
      open_.pop_back();
    }
    return {};
  }

  void close(const Open& open) {
    Node& node = tree_.nodes[open.node];
    if (!open.in_inverse) node.program = open.body;
    if (open.inverted) std::swap(node.program, node.inverse);
    for (const std::uint32_t body : {node.program, node.inverse}) {
      if (body != kNone) settle_body(tree_, text_, tree_.bodies[body], false);
    }
    settle_block(tree_, text_, node);
  }

  /// Name, context and hash of a partial, up to and with its }}.
  Result<void> partial_head(Node& node, Open* open) {
    const Token token = in_.token();
    node.strip.open = opens_with_tilde(token);
    RETURN_IF_ERROR(in_.advance());
    node.dynamic = in_.token().kind == TokenKind::kOpenExpression;
    if (node.dynamic) {
      ASSIGN_OR_RETURN(node.name_ops, in_.subexpression());
    } else {
      ASSIGN_OR_RETURN(const Operand name, in_.operand());
      node.name = static_cast<std::uint32_t>(tree_.partial_names.size());
      tree_.partial_names.push_back(name.original);
      if (open != nullptr)
        *open = {.node = open->node, .body = 0, .original = name.original, .is_text = name.is_text};
    }
    ASSIGN_OR_RETURN(node.call, in_.arguments(kNone));
    if (node.call.arguments > 1) return in_.fail_at(token.offset, "a partial takes one context");
    return close_tag(TokenKind::kClose, node.strip.close);
  }

  Result<void> partial() {
    Node node = add(NodeKind::kPartial);
    const std::uint32_t at = last_node();
    RETURN_IF_ERROR(partial_head(node, nullptr));
    node.inline_standalone = true;
    tree_.nodes[at] = std::move(node);
    return {};
  }

  Result<void> partial_block() {
    Node node = add(NodeKind::kPartialBlock);
    Open open{.node = last_node()};
    RETURN_IF_ERROR(partial_head(node, &open));
    open.body = new_body({});
    tree_.nodes[open.node] = std::move(node);
    return push(std::move(open));
  }

  std::string_view text_;
  const Limits& limits_;
  Tree tree_;
  ExpressionParser in_;
  std::vector<Open> open_;
};

}  // namespace

Result<Tree> parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.template_bytes_max) {
    return fail_permanent(ErrorCode::kTooLarge,
                          fmt::format("the template is larger than {} bytes", limits.template_bytes_max));
  }
  return Parser(text, limits).run();
}

}  // namespace postroad::templates
