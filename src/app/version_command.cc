#include <fmt/format.h>

#include <boost/version.hpp>

#include "app/cli.h"
#include "app/commands.h"
#include "base/json_writer.h"

namespace postroad::app {

int version_command(bool json) {
  const std::string compiler = fmt::format("clang {}", __clang_version__);
  const std::string boost = fmt::format("{}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
  if (!json) {
    fmt::print("postroad {} ({}, Boost {})\n", POSTROAD_VERSION, compiler, boost);
    return kExitDone;
  }
  JsonWriter out;
  out.begin_object().field("version", POSTROAD_VERSION).field("compiler", compiler).field("boost", boost).end_object();
  fmt::print("{}\n", out.text());
  return kExitDone;
}

}  // namespace postroad::app
