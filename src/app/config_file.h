#pragma once
#include <string>
#include <string_view>

#include "base/setting.h"

namespace postroad::app {

inline constexpr std::size_t kConfigBytesMax = 1024 * 1024;

/// What becomes of a name that the table does not know.
enum class UnknownName : std::uint8_t {
  kFails,  ///< A typo must not pass.
  kWarns,  ///< --lenient: it is logged and left out.
};

/// Reads a TOML text into `builder`. Every failure names the file, the line and the fix.
Result<void> read_config_text(std::string_view text, const std::string& file_name, SettingsBuilder& builder,
                              UnknownName unknown = UnknownName::kFails);
/// Variables POSTROAD_SECTION__KEY; lists as comma list or JSON-like array.
Result<void> read_config_environment(const char* const* environment, SettingsBuilder& builder,
                                     UnknownName unknown = UnknownName::kFails);

}  // namespace postroad::app
