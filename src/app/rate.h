#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace postroad::app {

/// "10/s", "60/m", "100/h" as so many an hour; nullopt: it is none of these, or not one at least.
std::optional<std::int64_t> rate_per_hour(std::string_view text);

}  // namespace postroad::app
