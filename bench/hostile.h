#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::bench {

/// One input that a parser of less care would take minutes or all memory for.
struct HostileInput {
  const char* name;
  std::function<std::string()> make;
  std::function<void(std::string_view)> run;
};

std::vector<HostileInput> hostile_inputs();

}  // namespace postroad::bench
