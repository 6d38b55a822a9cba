#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "template/limits.h"
#include "template/tree.h"

namespace postroad::templates {

enum class Opcode : std::uint8_t {
  kText,             ///< Emit text [a, b) of the template.
  kPrintPath,        ///< Emit the value of path a; b: escaped.
  kTextThenPath,     ///< Emit text [a, b), then the value of path c as it is.
  kTextThenEscaped,  ///< The same, escaped.
  kPush,             ///< Push the value of path a.
  kPushLiteral,      ///< Push literal a.
  kLookup,      ///< Pop a hash values, then b arguments; push the field of the first that the second names.
  kEqual,       ///< Likewise; push whether both have one text.
  kUnknown,     ///< Likewise; push what a name that is no helper gives (c: path): nothing, or an error.
  kDrop,        ///< Pop a values.
  kPrint,       ///< Pop and emit; b: escaped.
  kJump,        ///< Go to a.
  kJumpUnless,  ///< Pop b hash values (c, unless kNone: which of them is includeZero), then a value; go to a.
  kJumpIf,
  kTestPath,  ///< Go to a when the value of path b is as c says (1: true): what most conditions are.
  kEach,      ///< Pop; for each element run program a and go on at b; when there is none, fall through.
  kWith,      ///< Pop; run program a with it and go on at b; when it is empty, fall through.
  kBlock,     ///< Pop; what `{{#name}}` does with a value that is no helper. Goes on at b, or falls through.
  kPartial,   ///< Run partial call a.
  kEnterScope,  ///< Pop b names; the inlines from a on are partials until kLeaveScope; c: as the body of a
                ///< call.
  kLeaveScope,  ///< Forget b inlines.
  kFail,        ///< Fail with message a.
  kEnd,
};

struct Instruction {
  Opcode op;
  std::uint32_t a = 0, b = 0, c = kNone;
  std::uint32_t offset = 0;  ///< Of the template: for errors.
};

/// Where a path begins.
enum class Origin : std::uint8_t { kContext, kOuter, kData, kParam };
struct CompiledPath {
  Origin origin = Origin::kContext;
  DataName data = DataName::kNotData;
  std::uint32_t depth = 0;  ///< `../` count, or how many frames of data or of parameters out.
  std::uint32_t param = 0;
  Range names;
};

struct Section {
  std::uint32_t begin = 0;   ///< Instruction.
  std::uint32_t params = 0;  ///< Declared block parameters.
};

struct PartialCall {
  std::string name;  ///< Unless dynamic: then its value is below the arguments.
  bool dynamic = false;
  bool has_context = false;
  Range keys;
  std::uint32_t section = kNone;  ///< The block of {{#> name}}.
  Range inlines;                  ///< Directly in that block; their names are on top of the stack.
  Range indent;
  bool plain = false;  ///< Only a name: no context, hash, block or indent.
};

/// A compiled template: flat, immutable, shared by any number of renderings.
struct Program {
  std::string text;
  std::vector<Instruction> code;
  std::vector<Section> sections;       ///< The first is the whole template.
  std::vector<std::uint32_t> inlines;  ///< Sections.
  std::vector<CompiledPath> paths;
  std::vector<Literal> literals;
  std::vector<PartialCall> partials;
  std::vector<std::string> names, keys, messages;
};

/// Fails as `parse` does. What only fails when it is reached (an unknown helper with arguments, `{{#if}}`
/// without a condition) compiles into kFail, as a template that does not reach it works elsewhere too.
Result<Program> compile(std::string_view text, const Limits& limits = {});

}  // namespace postroad::templates
