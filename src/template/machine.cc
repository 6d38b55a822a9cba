#include "template/machine.h"

#include <fmt/format.h>

#include "template/js_text.h"
#include "template/lexer.h"

namespace postroad::templates {

Machine::Machine(Partials& partials, const Limits& limits)
    : partials_(partials), limits_(limits), steps_left_(limits.steps_max) {
  output_.reserve(kOutputReserved);
}

Result<std::string> Machine::run(const Program& program, const boost::json::value* data) {
  Frame& root = frames_.emplace_back();
  frame_ = &root;
  depth_ = 1;
  root.program = &program;
  root.activation = &root.own_activation;
  root.params = &root.own_params;
  set_context(root, data == nullptr ? Value() : Value::json(*data));
  root.own_data.root = root.context;
  root.data = &root.own_data;
  at_ = program.sections[0].begin;
  while (depth_ > 0) {
    const Instruction& instruction = frame_->program->code[at_++];
    spend(1);
    switch (instruction.op) {
      case Opcode::kText:
        output_.append(frame_->program->text.data() + instruction.a, instruction.b - instruction.a);
        spend((instruction.b - instruction.a) / kStepOctets);
        break;
      case Opcode::kTextThenPath:
      case Opcode::kTextThenEscaped:
        output_.append(frame_->program->text.data() + instruction.a, instruction.b - instruction.a);
        spend(1 + (instruction.b - instruction.a) / kStepOctets);
        print(value_of(frame_->program->paths[instruction.c]), instruction.op == Opcode::kTextThenEscaped);
        break;
      case Opcode::kPrintPath:
        print(value_of(frame_->program->paths[instruction.a]), instruction.b != 0);
        break;
      case Opcode::kPush:
        stack_.push_back(value_of(frame_->program->paths[instruction.a]));
        break;
      case Opcode::kJump:
        at_ = instruction.a;
        break;
      case Opcode::kJumpUnless:
        jump_if(instruction, false);
        break;
      case Opcode::kJumpIf:
        jump_if(instruction, true);
        break;
      case Opcode::kTestPath: {
        const Value value = value_of(frame_->program->paths[instruction.b]);
        if ((value.truthy() && !value.empty()) == (instruction.c == 1)) at_ = instruction.a;
        break;
      }
      case Opcode::kEnd:
        end();
        break;
      default:
        RETURN_IF_ERROR(step(instruction));
        break;
    }
    if (steps_left_ == 0) return over_steps();
    if (output_.size() > limits_.output_bytes_max) return over_output();
  }
  return std::move(output_);
}

std::unexpected<Error> Machine::over_steps() const {
  return fail_permanent(ErrorCode::kTooLarge,
                        fmt::format("the template takes more than {} steps", limits_.steps_max));
}

std::unexpected<Error> Machine::over_output() const {
  return fail_permanent(ErrorCode::kTooLarge,
                        fmt::format("the template gives more than {} bytes", limits_.output_bytes_max));
}

Result<void> Machine::step(const Instruction& instruction) {
  switch (instruction.op) {
    case Opcode::kPushLiteral:
      stack_.push_back(literal(frame_->program->literals[instruction.a]));
      return {};
    case Opcode::kLookup:
      return lookup(instruction);
    case Opcode::kEqual:
      equal(instruction);
      return {};
    case Opcode::kUnknown:
      return unknown(instruction);
    case Opcode::kDrop:
      stack_.resize(stack_.size() - instruction.a);
      return {};
    case Opcode::kPrint:
      print(pop(), instruction.b != 0);
      return {};
    case Opcode::kEach:
      return each(instruction, pop());
    case Opcode::kWith: {
      const Value value = pop();
      return value.empty() ? Result<void>() : call_section(instruction, value);
    }
    case Opcode::kBlock:
      return block(instruction);
    case Opcode::kPartial:
      return partial(instruction);
    case Opcode::kEnterScope:
      enter_scope(instruction);
      return {};
    case Opcode::kLeaveScope:
      leave_scope(instruction.b);
      return {};
    case Opcode::kFail:
      return fail_at(instruction, frame_->program->messages[instruction.a]);
    default:
      break;  // run() itself
  }
  return {};
}

std::unexpected<Error> Machine::fail_at(const Instruction& instruction, const std::string& what) const {
  return fail_permanent(ErrorCode::kInvalidArgument,
                        template_line(frame_->program->text, instruction.offset) + what);
}

Value Machine::pop() {
  const Value value = stack_.back();
  stack_.pop_back();
  return value;
}

void Machine::print(const Value& value, bool escaped) {
  if (value.missing()) return;
  const std::size_t before = output_.size();
  if (value.kind() == Value::Kind::kString) {
    // One octet over is enough to end it, and no more is copied.
    const std::string_view text = value.as_string().substr(0, limits_.output_bytes_max - before + 1);
    escaped ? append_escaped(output_, text) : void(output_.append(text));
  } else if (value.kind() == Value::Kind::kArray) {
    std::string text;
    append_text(text, value, steps_left_);
    escaped ? append_escaped(output_, text) : void(output_.append(text));
  } else {
    append_text(output_, value, steps_left_);
  }
  spend((output_.size() - before) / kStepOctets);
}

Value Machine::data_value(const CompiledPath& path) const {
  const Data* data = frame_->data;
  for (std::uint32_t out = 0; data != nullptr && out < path.depth; ++out) data = data->outer;
  if (data == nullptr) return {};
  switch (path.data) {
    case DataName::kRoot:
      return data->root;
    case DataName::kKey:
      return data->loop == nullptr ? Value() : data->loop->key();
    case DataName::kIndex:
      return data->loop == nullptr ? Value() : data->loop->index();
    case DataName::kFirst:
      return data->loop == nullptr ? Value() : Value::boolean(data->loop->next == 1);
    case DataName::kLast:
      return data->loop == nullptr ? Value() : Value::boolean(data->loop->next == data->loop->count);
    case DataName::kPartialBlock:
      return data->block == nullptr ? Value() : Value::block();
    default:
      return {};
  }
}

Value Machine::value_of(const CompiledPath& path) {
  if (path.origin == Origin::kContext && path.names.size() == 1 &&
      frame_->context.kind() == Value::Kind::kObject) {
    return frame_->context.field(frame_->program->names[path.names.begin]);
  }
  Value value;
  switch (path.origin) {
    case Origin::kContext:
      value = frame_->context;
      break;
    case Origin::kData:
      value = data_value(path);
      break;
    case Origin::kOuter: {
      const Depth* depth = frame_->depths;
      for (std::uint32_t out = 0; depth != nullptr && out < path.depth; ++out) depth = depth->outer;
      if (depth != nullptr) value = *depth->context;
      break;
    }
    case Origin::kParam: {
      const Params* params = frame_->params;
      for (std::uint32_t out = 0; params != nullptr && out < path.depth; ++out) params = params->outer;
      if (params != nullptr && path.param == 0 && params->element != nullptr) value = *params->element;
      if (params != nullptr && path.param == 1 && params->loop != nullptr) value = params->loop->key();
      break;
    }
  }
  for (std::uint32_t name = path.names.begin; name < path.names.end && !value.missing(); ++name) {
    spend(value.field_cost());
    value = value.field(frame_->program->names[name]);
  }
  return value;
}

Value Machine::literal(const Literal& literal) const {
  switch (literal.kind) {
    case LiteralKind::kString:
      return Value::string(literal.text);
    case LiteralKind::kNumber:
      return Value::number(literal.number);
    case LiteralKind::kTrue:
      return Value::boolean(true);
    case LiteralKind::kFalse:
      return Value::boolean(false);
    case LiteralKind::kNull:
      return Value::null();
    case LiteralKind::kUndefined:
      break;
  }
  return {};
}

void Machine::jump_if(const Instruction& instruction, bool wanted) {
  const std::size_t keys = stack_.size() - instruction.b;
  const bool include_zero = instruction.c != kNone && stack_[keys + instruction.c].truthy();
  stack_.resize(keys);
  const Value value = pop();
  // `includeZero` lets only zero itself through: an empty array or text stays empty.
  const bool holds = include_zero ? !value.empty() : value.truthy() && !value.empty();
  if (holds == wanted) at_ = instruction.a;
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
  spend(object.field_cost());
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

void Machine::equal(const Instruction& instruction) {
  stack_.resize(stack_.size() - instruction.a);
  const Value second = pop(), first = pop();
  std::string a, b;
  append_text(a, first, steps_left_);
  append_text(b, second, steps_left_);
  stack_.push_back(Value::boolean(a == b));
  spend((a.size() + b.size()) / kStepOctets);
}

/// A name with arguments that is no helper: nothing when only a hash was given, else an error.
Result<void> Machine::unknown(const Instruction& instruction) {
  stack_.resize(stack_.size() - instruction.a - instruction.b);
  const CompiledPath& path = frame_->program->paths[instruction.c];
  const Value value = value_of(path);
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
