#pragma once
#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "template/template.h"
#include "template/value.h"

namespace postroad::templates {

/// Runs one program. What calls would be elsewhere are frames, bounded in number, that stay where they are, so they may
/// point at each other: an inner one ends before an outer.
class Machine {
 public:
  Machine(Partials& partials, const Limits& limits);
  Result<std::string> run(const Program& program, const boost::json::value* data);

 private:
  struct Depth {  ///< A context and those `../` leads to.
    const Value* context = nullptr;
    const Depth* outer = nullptr;
  };
  struct Loop {
    Value over;
    std::size_t next = 0, count = 0;  ///< count 0: no loop.
    bool keyed = false;
    std::string_view name;               ///< Of the element that is under way, when keyed.
    std::vector<std::string_view> keys;  ///< Only when the object's own order is not the one wanted.

    Value index() const { return Value::number(static_cast<double>(next - 1)); }
    Value key() const { return keyed ? Value::string(name) : index(); }
  };
  struct Params {  ///< Block parameters of a section and those of the sections around it.
    const Value* element = nullptr;
    const Loop* loop = nullptr;  ///< Its key is the second.
    const Params* outer = nullptr;
  };
  struct Block;
  struct Data {  ///< `@` names.
    Value root;
    const Loop* loop = nullptr;
    const Block* block = nullptr;
    const Data* outer = nullptr;
  };
  struct Scope;
  struct Activation {  ///< One run of a template: the partials it sees now.
    const Scope* scope = nullptr;
  };
  struct Closure {  ///< A section with the surroundings it was written in.
    const Program* program = nullptr;
    std::uint32_t section = 0;
    const Depth* depths = nullptr;
    const Params* params = nullptr;
    Activation* activation = nullptr;
  };
  struct Block {  ///< The block of a {{#> partial}}, and what `@partial-block` meant where it stands.
    Closure closure;
    const Block* outer = nullptr;
  };
  struct Scope {  ///< An inline partial.
    std::string name;
    Closure closure;
    const Scope* outer = nullptr;
  };
  struct Frame {
    const Program* program = nullptr;
    std::uint32_t section = 0;
    std::uint32_t resume = 0;  ///< Of the caller.
    Frame* caller = nullptr;
    Frame* spent = nullptr;  ///< The frame inside this one, once there was one.
    Value context;
    Depth own_depth;
    const Depth* depths = nullptr;        ///< Innermost first.
    const Depth* outer_depths = nullptr;  ///< Of the surroundings, without this frame's context.
    Params own_params;
    const Params* params = nullptr;
    Data own_data;
    const Data* data = nullptr;
    Activation own_activation;
    Activation* activation = nullptr;
    Block block;
    Params inline_params;  ///< Stands for the level of `block` when its inlines are called.
    Loop loop;
    std::size_t scopes_before = 0, merged_before = 0;
    std::size_t output_before = 0;
    std::string_view indent;
  };
  struct Target {  ///< A partial that was found; neither when it was not.
    const Program* program = nullptr;
    const Closure* closure = nullptr;
    const Block* block = nullptr;  ///< `closure` is this one's: restores what it covers.
  };

  Result<void> step(const Instruction& instruction);
  /// At 0 run() ends; whoever spends goes on to the end of its instruction.
  void spend(std::uint64_t steps) { steps_left_ -= std::min(steps, steps_left_); }
  std::unexpected<Error> over_steps() const;
  std::unexpected<Error> over_output() const;
  std::unexpected<Error> fail_at(const Instruction& instruction, const std::string& what) const;
  void print(const Value& value, bool escaped);
  Value value_of(const CompiledPath& path);
  Value data_value(const CompiledPath& path) const;
  Value literal(const Literal& literal) const;
  Value pop();

  void jump_if(const Instruction& instruction, bool wanted);
  Result<void> lookup(const Instruction& instruction);
  void equal(const Instruction& instruction);
  Result<void> unknown(const Instruction& instruction);

  std::unexpected<Error> over_calls(const Instruction& instruction) const;
  Frame& push_frame();
  void enter(Frame& frame, const Closure& closure, Value context);
  void set_context(Frame& frame, Value context);
  Result<void> call_section(const Instruction& instruction, Value context);
  Result<void> each(const Instruction& instruction, Value over);
  Result<void> block(const Instruction& instruction);
  void next_iteration(Frame& frame);
  void end();
  void indent_lines(const Frame& frame);

  void enter_scope(const Instruction& instruction);
  void leave_scope(std::uint32_t count);
  void add_scope(const Scope*& head, Value name, std::uint32_t section, const Depth* depths, const Params* params);
  Result<void> partial(const Instruction& instruction);
  const Program* known_partial(const PartialCall& call) const;
  Result<Target> find_partial(const PartialCall& call, Value dynamic_name, std::string_view name);

  Partials& partials_;
  const Limits& limits_;
  static constexpr std::size_t kOutputReserved = 4096;
  std::deque<Frame> frames_;  ///< None moves; those past depth_ are spent and used again.
  std::size_t depth_ = 0;
  std::vector<Value> stack_;
  static constexpr std::size_t kKnownCallsMax = 16;
  struct Known {
    const PartialCall* call;
    const Program* program;
  };
  std::vector<Known> known_;  ///< Partials found by name, so that loops find them once.
  std::deque<Scope> scopes_;
  std::deque<Merged> merged_;
  std::size_t scopes_used_ = 0, merged_used_ = 0;  ///< Their sizes, which a deque has to work out.
  Frame* frame_ = nullptr;  ///< The innermost.
  std::uint32_t at_ = 0;    ///< Next instruction.
  std::uint64_t steps_left_;
  std::string output_;
};

}  // namespace postroad::templates
