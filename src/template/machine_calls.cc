#include <fmt/format.h>

#include "template/js_text.h"
#include "template/machine.h"

/// Blocks with a context of their own, loops and partials.
namespace postroad::templates {

std::unexpected<Error> Machine::over_calls(const Instruction& instruction) const {
  return fail_at(instruction, fmt::format("more than {} blocks and partials are under way", limits_.calls_max));
}

/// The next frame in, with what an earlier use left in it put right; the caller has seen that there is room.
Machine::Frame& Machine::push_frame() {
  ++depth_;
  if (frame_->spent == nullptr) {
    frame_->spent = &frames_.emplace_back();
    frame_->spent->caller = frame_;
  }
  Frame& frame = *frame_->spent;
  frame.resume = at_;
  frame.scopes_before = scopes_used_;
  frame.merged_before = merged_used_;
  frame.output_before = output_.size();
  frame.indent = {};
  frame.loop.next = frame.loop.count = 0;
  frame.own_params = {};
  frame.own_activation.scope = nullptr;
  return frame;
}

void Machine::set_context(Frame& frame, Value context) {
  frame.context = context;
  frame.depths = frame.outer_depths;
  if (frame.outer_depths != nullptr && context.same_as(*frame.outer_depths->context)) return;
  frame.own_depth = {&frame.context, frame.outer_depths};
  frame.depths = &frame.own_depth;
}

/// Starts `closure` in a frame whose data is settled.
void Machine::enter(Frame& frame, const Closure& closure, Value context) {
  frame.program = closure.program;
  frame.section = closure.section;
  frame.activation = closure.activation;
  frame.outer_depths = closure.depths;
  frame.own_params.outer = closure.params;
  frame.params = &frame.own_params;
  set_context(frame, context);
  frame_ = &frame;
  at_ = frame.program->sections[frame.section].begin;
}

Result<void> Machine::call_section(const Instruction& instruction, Value context) {
  if (instruction.a == kNone) {
    at_ = instruction.b;
    return {};
  }
  spend(context.kind() == Value::Kind::kString ? context.as_string().size() / kStepOctets : 0);
  Frame& caller = *frame_;
  if (depth_ >= limits_.calls_max) return over_calls(instruction);
  Frame* const frame = &push_frame();
  frame->resume = instruction.b;
  frame->data = caller.data;
  if (instruction.op == Opcode::kWith) frame->own_params.element = &frame->context;
  enter(*frame, {caller.program, instruction.a, caller.depths, caller.params, caller.activation}, context);
  return {};
}

Result<void> Machine::each(const Instruction& instruction, Value over) {
  Loop loop{.over = over};
  if (over.kind() == Value::Kind::kArray) {
    loop.count = over.as_array().size();
  } else if (over.is_object()) {
    loop.keyed = true;
    if (over.kind() == Value::Kind::kObject && keys_in_order(over.as_object())) {
      loop.count = over.as_object().size();
    } else {
      spend(over.field_cost() * over.field_cost());
      if (steps_left_ == 0) return {};  // the keys of hashes laid over hashes take that long
      loop.keys = keys_of(over);
      loop.count = loop.keys.size();
    }
    spend(loop.count);
  }
  if (loop.count == 0) return {};
  if (instruction.a == kNone) {
    at_ = instruction.b;
    return {};
  }
  Frame& caller = *frame_;
  if (depth_ >= limits_.calls_max) return over_calls(instruction);
  Frame* const frame = &push_frame();
  frame->resume = instruction.b;
  frame->own_data = *caller.data;
  frame->own_data.outer = caller.data;
  frame->data = &frame->own_data;
  frame->loop = std::move(loop);
  frame->own_data.loop = &frame->loop;
  frame->own_params.element = &frame->context;
  frame->own_params.loop = &frame->loop;
  enter(*frame, {caller.program, instruction.a, caller.depths, caller.params, caller.activation}, Value());
  next_iteration(*frame);
  return {};
}

void Machine::next_iteration(Frame& frame) {
  Loop& loop = frame.loop;
  const std::size_t at = loop.next++;
  if (!loop.keyed) {
    set_context(frame, Value::json(loop.over.as_array()[at]));
  } else if (loop.keys.empty()) {
    const auto& member = loop.over.as_object().begin()[static_cast<std::ptrdiff_t>(at)];
    loop.name = member.key();
    set_context(frame, Value::json(member.value()));
  } else {
    loop.name = loop.keys[at];
    set_context(frame, loop.over.field(loop.name));
  }
  at_ = frame.program->sections[frame.section].begin;
}

/// {{#name}}: true keeps the context, nothing is the inverse, an array is a loop, anything else is a context.
Result<void> Machine::block(const Instruction& instruction) {
  const Value value = pop();
  if (value.missing() || value.is_false()) return {};
  if (value.kind() == Value::Kind::kArray) return each(instruction, value);
  return call_section(instruction, value.is_true() ? frame_->context : value);
}

void Machine::end() {
  Frame& done = *frame_;
  if (done.loop.next < done.loop.count) return next_iteration(done);
  if (!done.indent.empty()) indent_lines(done);
  at_ = done.resume;
  for (; scopes_used_ > done.scopes_before; --scopes_used_) scopes_.pop_back();
  for (; merged_used_ > done.merged_before; --merged_used_) merged_.pop_back();
  --depth_;
  frame_ = done.caller;
}

/// A partial that stands alone on its line: every line it gave is indented as its tag was.
void Machine::indent_lines(const Frame& frame) {
  const std::string text = output_.substr(frame.output_before);
  spend(1 + text.size() / kStepOctets);
  output_.resize(frame.output_before);
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t end = text.find('\n', line);
    output_ += frame.indent;
    output_.append(text, line, end == std::string::npos ? end : end + 1 - line);
    line = end == std::string::npos ? text.size() : end + 1;
    if (output_.size() > limits_.output_bytes_max) return;  // run() says so
  }
}

void Machine::add_scope(const Scope*& head, Value name, std::uint32_t section, const Depth* depths, const Params* params) {
  std::string text;
  if (name.missing()) text = name.kind() == Value::Kind::kNull ? "null" : "undefined";
  append_text(text, name, steps_left_);
  scopes_.push_back({std::move(text), {frame_->program, section, depths, params, frame_->activation}, head});
  head = &scopes_.back();
  ++scopes_used_;
}

void Machine::enter_scope(const Instruction& instruction) {
  const std::size_t names = stack_.size() - instruction.b;
  const Depth* depths = instruction.c == 1 ? frame_->outer_depths : frame_->depths;
  for (std::uint32_t i = 0; i < instruction.b; ++i) {
    spend(1);
    add_scope(frame_->activation->scope, stack_[names + i], frame_->program->inlines[instruction.a + i], depths, frame_->params);
  }
  stack_.resize(names);
}

void Machine::leave_scope(std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    frame_->activation->scope = scopes_.back().outer;
    scopes_.pop_back();
    --scopes_used_;
  }
}

const Program* Machine::known_partial(const PartialCall& call) const {
  for (const Known& known : known_) {
    if (known.call == &call) return known.program;
  }
  return nullptr;
}

Result<Machine::Target> Machine::find_partial(const PartialCall& call, Value dynamic_name, std::string_view name) {
  if (call.dynamic && dynamic_name.missing()) return Target{};
  for (const Scope* scope = frame_->activation->scope; scope != nullptr; scope = scope->outer) {
    spend(1);
    if (scope->name == name) return Target{.closure = &scope->closure};
  }
  if (const Program* known = known_partial(call); known != nullptr) return Target{.program = known};
  ASSIGN_OR_RETURN(const Program* program, partials_.find(name, limits_));
  if (program != nullptr) {
    if (!call.dynamic && known_.size() < kKnownCallsMax) known_.push_back({&call, program});
    return Target{.program = program};
  }
  if (!call.dynamic && name == "@partial-block" && frame_->data->block != nullptr) {
    return Target{.closure = &frame_->data->block->closure, .block = frame_->data->block};
  }
  return Target{};
}

Result<void> Machine::partial(const Instruction& instruction) {
  const PartialCall& call = frame_->program->partials[instruction.a];
  Frame& caller = *frame_;
  // What loops do most: a partial by name, of the context as it is, found before.
  if (call.plain && caller.activation->scope == nullptr && depth_ < limits_.calls_max) {
    if (const Program* known = known_partial(call); known != nullptr) {
      Frame& frame = push_frame();
      frame.data = caller.data;
      enter(frame, {.program = known, .activation = &frame.own_activation}, caller.context);
      return {};
    }
  }
  const std::size_t inlines = stack_.size() - call.inlines.size(), hash = inlines - call.keys.size();
  const std::size_t context_at = hash - (call.has_context ? 1 : 0), base = context_at - (call.dynamic ? 1 : 0);
  if (depth_ >= limits_.calls_max) return over_calls(instruction);
  Frame* const frame = &push_frame();
  frame->data = caller.data;
  frame->indent = std::string_view(caller.program->text).substr(call.indent.begin, call.indent.size());
  Value context = call.has_context ? stack_[context_at] : caller.context;
  if (call.keys.size() > 0) {
    std::vector<std::pair<std::string_view, Value>> members;
    for (std::uint32_t i = 0; i < call.keys.size(); ++i) {
      members.emplace_back(caller.program->keys[call.keys.begin + i], stack_[hash + i]);
    }
    spend(members.size());
    merged_.emplace_back(context, std::move(members));
    context = Value::merged(merged_.back());
    ++merged_used_;
  }
  std::string drawn;
  if (call.dynamic) append_text(drawn, stack_[base], steps_left_);
  const std::string_view name = call.dynamic ? std::string_view(drawn) : call.name;
  ASSIGN_OR_RETURN(Target target, find_partial(call, call.dynamic ? stack_[base] : Value(), name));
  const Scope* seen = caller.activation->scope;
  if (call.section != kNone) {
    frame->block = {{caller.program, call.section, caller.depths, caller.params, caller.activation}, caller.data->block};
    frame->own_data = *caller.data;
    frame->own_data.outer = caller.data;
    frame->own_data.block = &frame->block;
    frame->data = &frame->own_data;
    // Inlines of the block are partials of what it is passed to; the block's own level of parameters is empty there.
    frame->inline_params.outer = caller.params;
    for (std::uint32_t i = 0; i < call.inlines.size(); ++i) {
      spend(1);
      add_scope(seen, stack_[inlines + i], caller.program->inlines[call.inlines.begin + i], caller.depths, &frame->inline_params);
    }
    if (target.program == nullptr && target.closure == nullptr) target = {.closure = &frame->block.closure, .block = &frame->block};
  }
  stack_.resize(base);
  if (target.closure != nullptr) {
    if (target.block != nullptr) {
      const Block* outer = target.block->outer;
      const Data* data = frame->data;
      frame->own_data = *data;
      frame->own_data.outer = data == &frame->own_data ? caller.data : data;
      frame->own_data.block = outer;
      frame->data = &frame->own_data;
    }
    enter(*frame, *target.closure, context);
    return {};
  }
  if (target.program == nullptr) return fail_at(instruction, "there is no partial " + std::string(name));
  frame->own_activation.scope = seen;
  enter(*frame, {.program = target.program, .activation = &frame->own_activation}, context);
  return {};
}

}  // namespace postroad::templates
