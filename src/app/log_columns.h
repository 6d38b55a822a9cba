#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "app/log_query.h"

namespace postroad::app {

/// The event's columns with a tab between two, so that a shell can cut; what is in a column has none.
std::string columns_text(const LogEntry& entry, const std::vector<std::string>& columns);
std::vector<std::string_view> column_names();
/// False, and said, when one is unknown.
bool knows_columns(const std::vector<std::string>& columns);

}  // namespace postroad::app
