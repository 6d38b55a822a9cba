// Any template (up to the first NUL), with the rest as a partial: within small limits it renders or says why
// not, and what it gives is no longer than allowed.
#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "template/template.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postroad;
  static const boost::json::value context = boost::json::parse(
      R"({"a":"<b>","n":12.5,"t":true,"f":false,"z":0,"nil":null,"l":[1,[2,"x"],{"a":"y"}],"o":{"2":"two","1":"one","a":{"a":[]}},"e":[],"s":"h\u00e9"})");
  templates::Limits limits;
  limits.steps_max = 20'000;
  limits.output_bytes_max = 64 * 1024;
  limits.calls_max = 64;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\0'), size);
  const auto program = templates::compile(text.substr(0, end), limits);
  if (!program) {
    PR_ASSERT(!program.error().detail.empty());
    return 0;
  }
  templates::Partials partials;
  partials.add("p", std::string(text.substr(std::min(end + 1, size))));
  const auto output = templates::render(*program, &context, partials, limits);
  PR_ASSERT(output ? output->size() <= limits.output_bytes_max : !output.error().detail.empty());
  return 0;
}
