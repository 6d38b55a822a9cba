#pragma once
#include <string>
#include <string_view>

#include "base/setting.h"

namespace postroad::app {

inline constexpr std::size_t kConfigBytesMax = 1024 * 1024;

/// Reads a TOML text into `builder`. Every failure names the file, the line and the fix.
Result<void> read_config_text(std::string_view text, const std::string& file_name, SettingsBuilder& builder);
/// Variables POSTROAD_SECTION__KEY; lists as comma list or JSON-like array. An unknown one with the prefix fails.
Result<void> read_config_environment(const char* const* environment, SettingsBuilder& builder);

}  // namespace postroad::app
