#pragma once
#include <optional>

namespace postroad::app {

/// The pure filters (`postroad parse`, `address check`, `spf check`, …): standard input in, one JSON object out, never a
/// network access. nullopt: these arguments name no filter.
std::optional<int> filter_command(int count, char** arguments);

/// The filters, a line each, for --help.
const char* filter_help();

}  // namespace postroad::app
