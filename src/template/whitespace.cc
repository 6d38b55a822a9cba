#include "template/whitespace.h"

#include "template/js_text.h"

namespace postroad::templates {
namespace {

std::string_view view(std::string_view text, Range range) {
  return text.substr(range.begin, range.size());
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Index of the neighbour in the body, or null when it is none or no text.
Node* content_at(Tree& tree, const Body& body, std::size_t index) {
  if (index >= body.nodes.size()) return nullptr;
  Node& node = tree.nodes[body.nodes[index]];
  return node.kind == NodeKind::kContent ? &node : nullptr;
}

/// Whether only white space is between the end of what comes before `index` and its line's start.
bool line_before(Tree& tree, std::string_view text, const Body& body, std::size_t index, bool is_root) {
  if (index == 0) return is_root;
  const Node* node = content_at(tree, body, index - 1);
  if (node == nullptr) return false;
  const std::string_view original = view(text, node->original);
  const std::string_view kept = without_trailing_space(original);
  if (original.substr(kept.size()).find('\n') != std::string_view::npos) return true;
  return kept.empty() && index == 1 && is_root;
}

/// Whether only white space is between the start of what comes at `index` and its line's end.
bool line_after(Tree& tree, std::string_view text, const Body& body, std::size_t index, bool is_root) {
  if (index >= body.nodes.size()) return is_root;
  const Node* node = content_at(tree, body, index);
  if (node == nullptr) return false;
  const std::string_view original = view(text, node->original);
  const std::string_view kept = without_leading_space(original);
  if (original.substr(0, original.size() - kept.size()).find('\n') != std::string_view::npos) return true;
  return kept.empty() && index + 1 == body.nodes.size() && is_root;
}

void omit_right(Tree& tree, std::string_view text, const Body& body, std::size_t index, bool all) {
  Node* node = content_at(tree, body, index);
  if (node == nullptr || (!all && node->right_stripped)) return;
  const std::string_view before = view(text, node->content);
  std::string_view after = before;
  if (all) {
    after = without_leading_space(after);
  } else {
    while (!after.empty() && is_blank(after.front())) after.remove_prefix(1);
    if (after.starts_with("\r\n")) {
      after.remove_prefix(2);
    } else if (after.starts_with('\r') || after.starts_with('\n')) {
      after.remove_prefix(1);
    }
  }
  node->content.begin += static_cast<std::uint32_t>(before.size() - after.size());
  node->right_stripped = after.size() != before.size();
}

/// Strips the end of the node before `index`; true when there was something to strip.
bool omit_left(Tree& tree, std::string_view text, const Body& body, std::size_t index, bool all) {
  Node* node = index == 0 ? nullptr : content_at(tree, body, index - 1);
  if (node == nullptr || (!all && node->left_stripped)) return false;
  const std::string_view before = view(text, node->content);
  std::string_view after = before;
  if (all) after = without_trailing_space(after);
  while (!all && !after.empty() && is_blank(after.back())) after.remove_suffix(1);
  node->content.end -= static_cast<std::uint32_t>(before.size() - after.size());
  node->left_stripped = after.size() != before.size();
  return node->left_stripped;
}

Range trailing_blanks(std::string_view text, Range original) {
  std::uint32_t begin = original.end;
  while (begin > original.begin && is_blank(text[begin - 1])) --begin;
  return {begin, original.end};
}

/// The program of the innermost block of an `else if` chain.
std::uint32_t last_of_chain(const Tree& tree, std::uint32_t body) {
  while (body != kNone && tree.bodies[body].chained)
    body = tree.nodes[tree.bodies[body].nodes.back()].program;
  return body;
}

}  // namespace

void settle_block(Tree& tree, std::string_view text, Node& block) {
  const std::uint32_t program_at = block.program != kNone ? block.program : block.inverse;
  const std::uint32_t inverse_at = block.program != kNone ? block.inverse : kNone;
  std::uint32_t first_at = inverse_at, last_at = inverse_at;
  if (inverse_at != kNone && tree.bodies[inverse_at].chained) {
    first_at = tree.nodes[tree.bodies[inverse_at].nodes.front()].program;
    last_at = last_of_chain(tree, inverse_at);
  }
  const Body& program = tree.bodies[program_at];
  const Body& first = tree.bodies[first_at != kNone ? first_at : program_at];
  const Body& last = tree.bodies[last_at != kNone ? last_at : program_at];
  block.open_standalone = line_after(tree, text, program, 0, false) && !program.nodes.empty();
  block.close_standalone = line_before(tree, text, first, first.nodes.size(), false);
  if (block.strip.close) omit_right(tree, text, program, 0, true);
  if (inverse_at == kNone) {
    if (block.close_strip.open) omit_left(tree, text, program, program.nodes.size(), true);
    return;
  }
  if (block.inverse_strip.open) omit_left(tree, text, program, program.nodes.size(), true);
  if (block.inverse_strip.close) omit_right(tree, text, first, 0, true);
  if (block.close_strip.open) omit_left(tree, text, last, last.nodes.size(), true);
  if (line_before(tree, text, program, program.nodes.size(), false) &&
      line_after(tree, text, first, 0, false)) {
    omit_left(tree, text, program, program.nodes.size(), false);
    omit_right(tree, text, first, 0, false);
  }
}

void settle_body(Tree& tree, std::string_view text, const Body& body, bool is_root) {
  for (std::size_t i = 0; i < body.nodes.size(); ++i) {
    Node& node = tree.nodes[body.nodes[i]];
    if (node.kind == NodeKind::kContent) continue;
    const bool before = line_before(tree, text, body, i, is_root),
               after = line_after(tree, text, body, i + 1, is_root);
    const bool is_block = node.program != kNone || node.inverse != kNone;
    const bool strip_after = is_block ? node.close_strip.close : node.strip.close;
    if (strip_after) omit_right(tree, text, body, i + 1, true);
    if (node.strip.open) omit_left(tree, text, body, i, true);
    if (node.inline_standalone && before && after) {
      omit_right(tree, text, body, i + 1, false);
      if (omit_left(tree, text, body, i, false) && node.kind == NodeKind::kPartial) {
        node.indent = trailing_blanks(text, tree.nodes[body.nodes[i - 1]].original);
      }
    }
    if (node.open_standalone && before) {
      omit_right(tree, text, tree.bodies[node.program != kNone ? node.program : node.inverse], 0, false);
      omit_left(tree, text, body, i, false);
    }
    if (node.close_standalone && after) {
      omit_right(tree, text, body, i + 1, false);
      const Body& inside = tree.bodies[node.inverse != kNone ? node.inverse : node.program];
      omit_left(tree, text, inside, inside.nodes.size(), false);
    }
  }
}

}  // namespace postroad::templates
