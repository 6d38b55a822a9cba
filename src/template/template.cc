#include "template/template.h"

#include "template/machine.h"

namespace postroad::templates {

void Partials::add(std::string name, std::string text) {
  entries_[std::move(name)] = {std::move(text), nullptr};
}

Result<const Program*> Partials::find(std::string_view name, const Limits& limits) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return nullptr;
  Entry& entry = found->second;
  if (entry.program == nullptr) {
    Result<Program> program = compile(entry.text, limits);
    if (!program) {
      program.error().detail = "partial " + std::string(name) + ": " + program.error().detail;
      return std::unexpected(program.error());
    }
    entry.program = std::make_unique<const Program>(*std::move(program));
  }
  return entry.program.get();
}

Result<std::string> render(const Program& program, const boost::json::value* data, Partials& partials,
                           const Limits& limits) {
  return Machine(partials, limits).run(program, data);
}

Result<std::string> render(std::string_view text, const boost::json::value& data, const Limits& limits) {
  ASSIGN_OR_RETURN(const Program program, compile(text, limits));
  Partials none;
  return render(program, &data, none, limits);
}

}  // namespace postroad::templates
