#include "app/rate.h"

#include "base/text.h"

namespace postroad::app {
namespace {
constexpr std::int64_t kCountMax = 1'000'000;
}

std::optional<std::int64_t> rate_per_hour(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::optional<std::int64_t> count = parse_int(text.substr(0, slash));
  const std::string_view unit = text.substr(slash + 1);
  const std::int64_t each_hour = unit == "s" ? 3600 : unit == "m" ? 60 : unit == "h" ? 1 : 0;
  if (!count || *count < 1 || *count > kCountMax || each_hour == 0) return std::nullopt;
  return *count * each_hour;
}

}  // namespace postroad::app
