#include "template/machine.h"

#include <fmt/format.h>

#include "template/js_text.h"
#include "template/lexer.h"

namespace postroad::templates {

Machine::Machine(Partials& partials, const Limits& limits)
    : partials_(partials), limits_(limits), steps_left_(limits.steps_max) {
  frames_.reserve(limits.calls_max);
}

Result<std::string> Machine::run(const Program& program, const boost::json::value* data) {
  frames_.emplace_back();
  frame_ = &frames_.back();
  frame_->program = &program;
  frame_->activation = &frame_->own_activation;
  frame_->params = &frame_->own_params;
  set_context(*frame_, data == nullptr ? Value() : Value::json(*data));
  frame_->own_data.root = frame_->context;
  frame_->data = &frame_->own_data;
  at_ = program.sections[0].begin;
  while (!frames_.empty()) {
    const Instruction& instruction = frame_->program->code[at_++];
    RETURN_IF_ERROR(spend(1));
    switch (instruction.op) {
      case Opcode::kText:
        output_.append(frame_->program->text, instruction.a, instruction.b - instruction.a);
        RETURN_IF_ERROR(spend((instruction.b - instruction.a) / kStepOctets));
        break;
      case Opcode::kPrintPath: {
        ASSIGN_OR_RETURN(const Value value, value_of(frame_->program->paths[instruction.a]));
        RETURN_IF_ERROR(print(value, instruction.b != 0));
        break;
      }
      case Opcode::kJump: at_ = instruction.a; break;
      case Opcode::kEnd: RETURN_IF_ERROR(end()); break;
      default: RETURN_IF_ERROR(step(instruction)); break;
    }
    if (output_.size() > limits_.output_bytes_max) {
      return fail_permanent(ErrorCode::kTooLarge, fmt::format("the template gives more than {} bytes", limits_.output_bytes_max));
    }
  }
  return std::move(output_);
}

Result<void> Machine::step(const Instruction& instruction) {
  switch (instruction.op) {
    case Opcode::kPush: {
      ASSIGN_OR_RETURN(const Value value, value_of(frame_->program->paths[instruction.a]));
      stack_.push_back(value);
      return {};
    }
    case Opcode::kPushLiteral: stack_.push_back(literal(frame_->program->literals[instruction.a])); return {};
    case Opcode::kLookup: return lookup(instruction);
    case Opcode::kEqual: return equal(instruction);
    case Opcode::kUnknown: return unknown(instruction);
    case Opcode::kDrop: stack_.resize(stack_.size() - instruction.a); return {};
    case Opcode::kPrint: return print(pop(), instruction.b != 0);
    case Opcode::kJumpUnless: return jump_if(instruction, false);
    case Opcode::kJumpIf: return jump_if(instruction, true);
    case Opcode::kEach: return each(instruction, pop());
    case Opcode::kWith: {
      const Value value = pop();
      return value.empty() ? Result<void>() : call_section(instruction, value);
    }
    case Opcode::kBlock: return block(instruction);
    case Opcode::kPartial: return partial(instruction);
    case Opcode::kEnterScope: return enter_scope(instruction);
    case Opcode::kLeaveScope: leave_scope(instruction.b); return {};
    case Opcode::kFail: return fail_at(instruction, frame_->program->messages[instruction.a]);
    case Opcode::kText:
    case Opcode::kPrintPath:
    case Opcode::kJump:
    case Opcode::kEnd: break;  // run() itself
  }
  return {};
}

Result<void> Machine::spend(std::uint64_t steps) {
  if (steps > steps_left_) {
    return fail_permanent(ErrorCode::kTooLarge, fmt::format("the template takes more than {} steps", limits_.steps_max));
  }
  steps_left_ -= steps;
  return {};
}

std::unexpected<Error> Machine::fail_at(const Instruction& instruction, const std::string& what) const {
  return fail_permanent(ErrorCode::kInvalidArgument, template_line(frame_->program->text, instruction.offset) + what);
}

Value Machine::pop() {
  const Value value = stack_.back();
  stack_.pop_back();
  return value;
}

Result<void> Machine::print(const Value& value, bool escaped) {
  if (value.missing()) return {};
  const std::size_t before = output_.size();
  if (value.kind() == Value::Kind::kString) {
    escaped ? append_escaped(output_, value.as_string()) : void(output_.append(value.as_string()));
  } else if (value.kind() == Value::Kind::kArray) {
    std::string text;
    append_text(text, value, steps_left_);
    escaped ? append_escaped(output_, text) : void(output_.append(text));
  } else {
    append_text(output_, value, steps_left_);
  }
  return spend((output_.size() - before) / kStepOctets);
}

Value Machine::data_value(const CompiledPath& path) const {
  const Data* data = frame_->data;
  for (std::uint32_t out = 0; data != nullptr && out < path.depth; ++out) data = data->outer;
  if (data == nullptr) return {};
  switch (path.data) {
    case DataName::kRoot: return data->root;
    case DataName::kKey: return data->key;
    case DataName::kIndex: return data->index;
    case DataName::kFirst: return data->first;
    case DataName::kLast: return data->last;
    case DataName::kPartialBlock: return data->block == nullptr ? Value() : Value::block();
    default: return {};
  }
}

Result<Value> Machine::value_of(const CompiledPath& path) {
  Value value;
  switch (path.origin) {
    case Origin::kContext: value = frame_->context; break;
    case Origin::kData: value = data_value(path); break;
    case Origin::kOuter: {
      const Depth* depth = frame_->depths;
      for (std::uint32_t out = 0; depth != nullptr && out < path.depth; ++out) depth = depth->outer;
      if (depth != nullptr) value = depth->context;
      break;
    }
    case Origin::kParam: {
      const Params* params = frame_->params;
      for (std::uint32_t out = 0; params != nullptr && out < path.depth; ++out) params = params->outer;
      if (params != nullptr && path.param < params->count) value = params->values[path.param];
      break;
    }
  }
  for (std::uint32_t name = path.names.begin; name < path.names.end && !value.missing(); ++name) {
    RETURN_IF_ERROR(spend(value.field_cost()));
    value = value.field(frame_->program->names[name]);
  }
  return value;
}

Value Machine::literal(const Literal& literal) const {
  switch (literal.kind) {
    case LiteralKind::kString: return Value::string(literal.text);
    case LiteralKind::kNumber: return Value::number(literal.number);
    case LiteralKind::kTrue: return Value::boolean(true);
    case LiteralKind::kFalse: return Value::boolean(false);
    case LiteralKind::kNull: return Value::null();
    case LiteralKind::kUndefined: break;
  }
  return {};
}

Result<void> Machine::jump_if(const Instruction& instruction, bool wanted) {
  const std::size_t keys = stack_.size() - instruction.b;
  const bool include_zero = instruction.c != kNone && stack_[keys + instruction.c].truthy();
  stack_.resize(keys);
  const Value value = pop();
  // `includeZero` lets only zero itself through: an empty array or text stays empty.
  const bool holds = include_zero ? !value.empty() : value.truthy() && !value.empty();
  if (holds == wanted) at_ = instruction.target;
  return {};
}

Result<void> Machine::lookup(const Instruction& instruction) {
  stack_.resize(stack_.size() - instruction.a);
  if (instruction.b == 0) return fail_at(instruction, "lookup takes a value and a name");
  const std::size_t first = stack_.size() - instruction.b;
  const Value object = stack_[first], name = instruction.b > 1 ? stack_[first + 1] : Value();
  stack_.resize(first);
  if (!object.truthy()) {
    stack_.push_back(object);
    return {};
  }
  if (instruction.b != 2) return fail_at(instruction, "lookup takes a value and a name");
  RETURN_IF_ERROR(spend(object.field_cost()));
  if (name.kind() == Value::Kind::kString) {
    stack_.push_back(object.field(name.as_string()));
    return {};
  }
  std::string text;
  if (name.missing()) text = name.kind() == Value::Kind::kNull ? "null" : "undefined";
  append_text(text, name, steps_left_);
  stack_.push_back(object.field(text));
  return {};
}

Result<void> Machine::equal(const Instruction& instruction) {
  stack_.resize(stack_.size() - instruction.a);
  const Value second = pop(), first = pop();
  std::string a, b;
  append_text(a, first, steps_left_);
  append_text(b, second, steps_left_);
  stack_.push_back(Value::boolean(a == b));
  return spend((a.size() + b.size()) / kStepOctets);
}

/// A name with arguments that is no helper: nothing when only a hash was given, else an error.
Result<void> Machine::unknown(const Instruction& instruction) {
  stack_.resize(stack_.size() - instruction.a - instruction.b);
  const CompiledPath& path = frame_->program->paths[instruction.c];
  ASSIGN_OR_RETURN(const Value value, value_of(path));
  if (!value.truthy() && instruction.b == 0) {
    stack_.emplace_back();
    return {};
  }
  std::string name;
  for (std::uint32_t i = path.names.begin; i < path.names.end; ++i) {
    name += (name.empty() ? "" : ".") + frame_->program->names[i];
  }
  return fail_at(instruction, "there is no helper \"" + name + '"');
}

}  // namespace postroad::templates
