#include <algorithm>
#include <deque>
#include <map>
#include <optional>

#include "template/parser.h"
#include "template/program.h"

namespace postroad::templates {
namespace {

/// Block parameters in force: one level for each section, with its number.
struct Level {
  Range params;
  std::uint32_t outer;
};

/// A section to be written: a body and where its names are looked up.
struct Pending {
  std::uint32_t section, body;
};

/// A place in a body that is being written, and the jumps that lead behind it.
struct Work {
  std::uint32_t body;
  std::size_t next = 0;
  std::uint32_t patch_end = kNone;  ///< Instruction whose `target` or `b` becomes the end of this body.
  std::uint32_t inverse = kNone;    ///< Body to write behind this one, jumped over when this one ran.
  std::uint32_t patch_else = kNone;
  std::uint32_t scope = 0;  ///< Inlines entered.
};

class Compiler {
 public:
  Compiler(Program& out, Tree& tree) : out_(out), tree_(tree) {}

  void run() {
    out_.paths.reserve(tree_.paths.size());
    add_section(0, kNone, {});
    while (!pending_.empty()) {
      const Pending next = pending_.front();
      pending_.pop_front();
      out_.sections[next.section].begin = target();
      level_ = next.section;
      write(next.body);
      emit({Opcode::kEnd});
    }
    out_.literals = std::move(tree_.literals);
    out_.names = std::move(tree_.names);
    out_.keys = std::move(tree_.keys);
  }

 private:
  std::uint32_t here() const { return static_cast<std::uint32_t>(out_.code.size()); }
  /// The next instruction, which something will jump to.
  std::uint32_t target() { return target_ = here(); }
  std::uint32_t emit(Instruction instruction) {
    instruction.offset = offset_;
    out_.code.push_back(instruction);
    return here() - 1;
  }
  void emit_fail(std::string message) {
    emit({Opcode::kFail, static_cast<std::uint32_t>(out_.messages.size())});
    out_.messages.push_back(std::move(message));
  }

  std::uint32_t add_section(std::uint32_t body, std::uint32_t outer_level, Range params) {
    levels_.push_back({params, outer_level});
    out_.sections.push_back({.params = params.size()});
    const auto section = static_cast<std::uint32_t>(out_.sections.size() - 1);
    pending_.push_back({section, body});
    return section;
  }
  std::uint32_t section_of(std::uint32_t body) {
    return add_section(body, level_, tree_.bodies[body].params);
  }

  /// Inlines directly in a body become sections once, however often the body is entered.
  Range inlines_of(std::uint32_t body) {
    if (const auto known = inlines_.find(body); known != inlines_.end()) return known->second;
    const auto begin = static_cast<std::uint32_t>(out_.inlines.size());
    for (const std::uint32_t node : tree_.bodies[body].nodes) {
      if (tree_.nodes[node].kind == NodeKind::kInline)
        out_.inlines.push_back(section_of(tree_.nodes[node].program));
    }
    return inlines_[body] = {begin, static_cast<std::uint32_t>(out_.inlines.size())};
  }
  void push_inline_names(std::uint32_t body) {
    for (const std::uint32_t index : tree_.bodies[body].nodes) {
      const Node& node = tree_.nodes[index];
      if (node.kind != NodeKind::kInline) continue;
      push_arguments(node.call);
      const std::uint32_t pushed = node.call.arguments + node.call.keys.size();
      if (pushed == 0) emit({Opcode::kPush, unknown_path()});
      if (pushed > 1) emit({Opcode::kDrop, pushed - 1});
    }
  }
  std::uint32_t unknown_path() {
    out_.paths.push_back({.origin = Origin::kData, .data = DataName::kUnknown});
    return static_cast<std::uint32_t>(out_.paths.size() - 1);
  }

  std::optional<CompiledPath> param_path(const Path& path) const {
    if (path.depth != 0 || path.scoped || path.data != DataName::kNotData || path.names.size() == 0)
      return std::nullopt;
    const std::string& name = tree_.names[path.names.begin];
    std::uint32_t out = 0;
    for (std::uint32_t level = level_; level != kNone; level = levels_[level].outer, ++out) {
      for (std::uint32_t key = levels_[level].params.begin; key < levels_[level].params.end; ++key) {
        if (tree_.keys[key] != name) continue;
        return CompiledPath{.origin = Origin::kParam,
                            .depth = out,
                            .param = key - levels_[level].params.begin,
                            .names = {path.names.begin + 1, path.names.end}};
      }
    }
    return std::nullopt;
  }
  std::uint32_t add_path(std::uint32_t index) {
    const Path& path = tree_.paths[index];
    CompiledPath compiled{.data = path.data, .depth = path.depth, .names = path.names};
    if (path.data != DataName::kNotData) {
      compiled.origin = Origin::kData;
    } else if (path.depth > 0) {
      compiled.origin = Origin::kOuter;
    }
    out_.paths.push_back(param_path(path).value_or(compiled));
    return static_cast<std::uint32_t>(out_.paths.size() - 1);
  }

  void push_ops(Range ops) {
    for (std::uint32_t i = ops.begin; i < ops.end; ++i) {
      const ExpressionOp op = tree_.ops[i];
      if (op.kind == OpKind::kPath) emit({Opcode::kPush, add_path(op.value)});
      if (op.kind == OpKind::kLiteral) emit({Opcode::kPushLiteral, op.value});
      if (op.kind == OpKind::kCall) call_value(tree_.calls[op.value], false);
    }
  }
  void push_arguments(const Call& call) { push_ops(call.ops); }

  bool has_arguments(const Call& call) const { return call.arguments > 0 || call.keys.size() > 0; }
  bool is_param(const Call& call) const { return param_path(tree_.paths[call.path]).has_value(); }
  /// The helper a call means; empty for a value. With arguments, any single name is meant as one.
  std::string_view helper_of(const Call& call, bool must_call) const {
    const Path& path = tree_.paths[call.path];
    if (!path.simple || is_param(call)) return {};
    const std::string_view name = tree_.names[path.names.begin];
    constexpr std::string_view kHelpers[] = {"if",     "unless", "each",          "with",
                                             "lookup", "log",    "helperMissing", "blockHelperMissing"};
    if (std::find(std::begin(kHelpers), std::end(kHelpers), name) != std::end(kHelpers)) return name;
    return name == "equal" && (must_call || has_arguments(call)) ? name : std::string_view{};
  }

  /// Pushes what a helper gives where a value is wanted. The arguments are on the stack already when this is
  /// part of an expression.
  void call_value(const Call& call, bool push) {
    if (push) push_arguments(call);
    const std::string_view helper = helper_of(call, true);
    const std::uint32_t keys = call.keys.size();
    if (helper == "lookup") return void(emit({Opcode::kLookup, keys, call.arguments}));
    if (helper == "equal") {
      if (call.arguments != 2) emit_fail("equal takes two values");
      return void(emit({Opcode::kEqual, keys, call.arguments}));
    }
    if (helper == "log") {
      emit({Opcode::kDrop, keys + call.arguments});
      return void(emit({Opcode::kPush, unknown_path()}));
    }
    if (!helper.empty())
      return emit_fail(std::string(helper) + " gives no value: write {{#" + std::string(helper) + "}}");
    emit({Opcode::kUnknown, keys, call.arguments, add_path(call.path)});
  }

  /// One body and the bodies of the conditions in it; blocks that change the context become sections of their
  /// own.
  void write(std::uint32_t body) {
    std::vector<Work> work;
    begin_body(work, {.body = body}, true);
    while (!work.empty()) {
      Work& top = work.back();
      const Body& nodes = tree_.bodies[top.body];
      if (top.next < nodes.nodes.size()) {
        const std::uint32_t node = nodes.nodes[top.next++];
        statement(tree_.nodes[node], work);
        continue;
      }
      end_body(work);
    }
  }

  void begin_body(std::vector<Work>& work, Work next, bool of_section) {
    const Range inlines = inlines_of(next.body);
    if (inlines.size() > 0) {
      push_inline_names(next.body);
      emit({Opcode::kEnterScope, inlines.begin, inlines.size(), of_section ? 1u : 0u});
    }
    next.scope = inlines.size();
    work.push_back(next);
  }

  void end_body(std::vector<Work>& work) {
    const Work done = work.back();
    work.pop_back();
    if (done.scope > 0) emit({Opcode::kLeaveScope, 0, done.scope});
    std::uint32_t jump = kNone;
    if (done.inverse != kNone) jump = emit({Opcode::kJump});
    if (done.patch_else != kNone) out_.code[done.patch_else].a = target();
    if (done.inverse != kNone) begin_body(work, {.body = done.inverse, .patch_end = jump}, false);
    if (done.inverse == kNone && done.patch_end != kNone) {
      Instruction& instruction = out_.code[done.patch_end];
      (instruction.op == Opcode::kJump ? instruction.a : instruction.b) = target();
    }
  }

  void statement(const Node& node, std::vector<Work>& work) {
    offset_ = node.offset;
    switch (node.kind) {
      case NodeKind::kContent:
        if (node.content.size() > 0) emit({Opcode::kText, node.content.begin, node.content.end});
        break;
      case NodeKind::kMustache:
        mustache(node);
        break;
      case NodeKind::kBlock:
        block(node, work);
        break;
      case NodeKind::kPartial:
      case NodeKind::kPartialBlock:
        partial(node);
        break;
      case NodeKind::kComment:
      case NodeKind::kInline:
        break;
    }
  }

  /// Text and the value behind it are one instruction, unless something jumps between them.
  void print_path(std::uint32_t path, bool escaped) {
    const bool joins = !out_.code.empty() && out_.code.back().op == Opcode::kText && target_ != here();
    if (!joins) {
      emit({Opcode::kPrintPath, path, escaped ? 1u : 0u});
      return;
    }
    Instruction& text = out_.code.back();
    text.op = escaped ? Opcode::kTextThenEscaped : Opcode::kTextThenPath;
    text.c = path;
  }

  void mustache(const Node& node) {
    if (helper_of(node.call, false).empty() && !has_arguments(node.call)) {
      print_path(add_path(node.call.path), node.escaped);
      return;
    }
    call_value(node.call, true);
    emit({Opcode::kPrint, 0, node.escaped ? 1u : 0u});
  }

  void block(const Node& node, std::vector<Work>& work) {
    const std::string_view helper = helper_of(node.call, false);
    if (helper == "if" || helper == "unless" || helper == "equal") return condition(node, helper, work);
    if (helper == "each" || helper == "with") {
      if (node.call.arguments != 1) return emit_fail(std::string(helper) + " takes one value");
      push_arguments(node.call);
      if (node.call.keys.size() > 0) emit({Opcode::kDrop, node.call.keys.size()});
      return context_block(node, helper == "each" ? Opcode::kEach : Opcode::kWith, work);
    }
    if (!helper.empty() || has_arguments(node.call)) {
      call_value(node.call, true);
      emit({Opcode::kPrint, 0, 0});
      return;
    }
    emit({Opcode::kPush, add_path(node.call.path)});
    context_block(node, Opcode::kBlock, work);
  }

  /// The inverse follows in place; the program is a section.
  void context_block(const Node& node, Opcode op, std::vector<Work>& work) {
    const std::uint32_t section = node.program == kNone ? kNone : section_of(node.program);
    const std::uint32_t at = emit({op, section});
    out_.code[at].b = target();
    if (node.inverse != kNone) begin_body(work, {.body = node.inverse, .patch_end = at}, false);
  }

  void condition(const Node& node, std::string_view helper, std::vector<Work>& work) {
    const Call& call = node.call;
    const std::uint32_t wanted = helper == "equal" ? 2 : 1;
    if (call.arguments != wanted)
      return emit_fail(std::string(helper) + (wanted == 2 ? " takes two values" : " takes one value"));
    if (wanted == 1 && call.keys.size() == 0 && call.ops.size() == 1 &&
        tree_.ops[call.ops.begin].kind == OpKind::kPath) {
      const std::uint32_t path = add_path(tree_.ops[call.ops.begin].value);
      return bodies(node, emit({Opcode::kTestPath, 0, path, helper == "unless" ? 1u : 0u}), work);
    }
    push_arguments(call);
    std::uint32_t zero = kNone, keys = call.keys.size();
    for (std::uint32_t i = 0; i < keys; ++i) {
      if (tree_.keys[call.keys.begin + i] == "includeZero") zero = i;
    }
    if (helper == "equal") {
      emit({Opcode::kEqual, keys, 2});
      keys = 0;
      zero = kNone;
    }
    bodies(node, emit({helper == "unless" ? Opcode::kJumpIf : Opcode::kJumpUnless, 0, keys, zero}), work);
  }

  /// What a condition chooses between; `jump` leads behind the program.
  void bodies(const Node& node, std::uint32_t jump, std::vector<Work>& work) {
    if (node.program != kNone) {
      begin_body(work, {.body = node.program, .inverse = node.inverse, .patch_else = jump}, false);
      return;
    }
    // {{^if x}}: only the inverse is there.
    const std::uint32_t over = emit({Opcode::kJump});
    out_.code[jump].a = target();
    begin_body(work, {.body = node.inverse, .patch_end = over}, false);
  }

  void partial(const Node& node) {
    PartialCall call{.name = node.dynamic ? std::string() : tree_.partial_names[node.name],
                     .dynamic = node.dynamic,
                     .has_context = node.call.arguments > 0,
                     .keys = node.call.keys,
                     .indent = node.indent};
    if (node.dynamic) push_ops(node.name_ops);
    push_arguments(node.call);
    if (node.kind == NodeKind::kPartialBlock) {
      call.section = section_of(node.program);
      push_inline_names(node.program);
      call.inlines = partial_inlines(node.program, call.section);
    }
    call.plain = !call.dynamic && !call.has_context && call.keys.size() == 0 && call.section == kNone &&
                 call.indent.size() == 0;
    emit({Opcode::kPartial, static_cast<std::uint32_t>(out_.partials.size())});
    out_.partials.push_back(std::move(call));
  }

  /// The inlines of a partial's block belong to that block's level, whoever calls them.
  Range partial_inlines(std::uint32_t body, std::uint32_t section) {
    const std::uint32_t caller = level_;
    level_ = section;
    const Range inlines = inlines_of(body);
    level_ = caller;
    return inlines;
  }

  Program& out_;
  Tree& tree_;
  std::vector<Level> levels_;
  std::deque<Pending> pending_;
  std::map<std::uint32_t, Range> inlines_;
  std::uint32_t level_ = kNone;
  std::uint32_t offset_ = 0;
  std::uint32_t target_ = kNone;
};

}  // namespace

Result<Program> compile(std::string_view text, const Limits& limits) {
  ASSIGN_OR_RETURN(Tree tree, parse(text, limits));
  Program program;
  program.text = text;
  Compiler(program, tree).run();
  return program;
}

}  // namespace postroad::templates
