#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/setting.h"

namespace postroad::app {

/// The text of a configuration file with one setting changed, and every other octet as it was: comments stay. A setting that is not
/// in it yet is added at the end of its section. kInvalidArgument: the text or the value is bad, as read_config_text says it;
/// kConflict: the setting stands in a form that is not edited here, and the file has to be changed by hand.
Result<std::string> with_setting(std::string_view text, const std::string& file_name, const SettingSpec& spec,
                                 const std::vector<std::string>& values);

/// The value as a file has it: "30s" in quotes, true, 20, ["a", "b"].
std::string toml_value(const SettingSpec& spec, const std::vector<std::string>& values);

}  // namespace postroad::app
