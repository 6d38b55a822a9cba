#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// A parsed template, flat: nodes and bodies refer to each other by number, expressions are in postfix order.
namespace postroad::templates {

inline constexpr std::uint32_t kNone = 0xffffffff;

struct Range {
  std::uint32_t begin = 0, end = 0;
  std::uint32_t size() const { return end - begin; }
};

enum class DataName : std::uint8_t { kNotData, kRoot, kKey, kIndex, kFirst, kLast, kPartialBlock, kUnknown };

/// `../person.name`, `@root.x`, `this`, `.`
struct Path {
  Range names;  ///< Into Tree::names.
  std::uint32_t depth = 0;
  DataName data = DataName::kNotData;
  bool simple = false;  ///< One name that may be a helper's.
  bool scoped = false;  ///< Begins with `.` or mentions `this`: never a block parameter.
};

enum class LiteralKind : std::uint8_t { kString, kNumber, kTrue, kFalse, kUndefined, kNull };
struct Literal {
  LiteralKind kind = LiteralKind::kUndefined;
  std::string text;
  double number = 0;
};

/// A helper, or what might be one, with its arguments. They are pushed in order, those of the hash last.
struct Call {
  std::uint32_t path = kNone;
  Range ops;  ///< Into Tree::ops: pushes all arguments.
  std::uint32_t arguments = 0;
  Range keys;  ///< Into Tree::keys: the names of the hash.
};

enum class OpKind : std::uint8_t { kPath, kLiteral, kCall };
/// One step of an expression: push a path or literal, or call Tree::calls[value] on what was pushed.
struct ExpressionOp {
  OpKind kind;
  std::uint32_t value;
};

struct Strip {
  bool open = false, close = false;  ///< `~` before the tag, and behind it.
};

enum class NodeKind : std::uint8_t {
  kContent,
  kComment,
  kMustache,
  kBlock,
  kInline,
  kPartial,
  kPartialBlock
};

struct Node {
  NodeKind kind = NodeKind::kContent;
  std::uint32_t offset = 0;

  Range original, content;  ///< Of the template; `content` is what white space control leaves.
  bool left_stripped = false, right_stripped = false;

  Call call;                   ///< Of a partial: its context and hash.
  bool escaped = true;         ///< Of a mustache.
  bool dynamic = false;        ///< Of a partial: its name is the value of `name_ops`.
  Range name_ops;              ///< Into Tree::ops.
  std::uint32_t name = kNone;  ///< Into Tree::partial_names: of a partial that is not dynamic.
  Range indent;                ///< Of the template: put before every line of a partial that stands alone.
  std::uint32_t program = kNone, inverse = kNone;  ///< Bodies.
  Strip strip, inverse_strip, close_strip;
  bool open_standalone = false, close_standalone = false, inline_standalone = false;
};

struct Body {
  std::vector<std::uint32_t> nodes;
  Range params;          ///< Into Tree::keys: `as |item index|`.
  bool chained = false;  ///< Holds one block, that of an `{{else if}}`.
};

struct Tree {
  std::vector<Node> nodes;
  std::vector<Body> bodies;  ///< The first is the template's own.
  std::vector<ExpressionOp> ops;
  std::vector<Call> calls;
  std::vector<Path> paths;
  std::vector<Literal> literals;
  std::vector<std::string> names, keys, partial_names;

  std::size_t words() const { return nodes.size() + names.size() + literals.size() + keys.size(); }
};

}  // namespace postroad::templates
