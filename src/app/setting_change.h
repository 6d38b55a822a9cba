#pragma once
#include <string>
#include <vector>

#include "base/setting.h"

namespace postroad::app {

/// One setting in a configuration file, everything else in it as it was; in one step, as replace_file(). Nothing is written when a
/// server would not start with it. kNotFound: there is no file; kConflict: it stands in a form that is not edited here;
/// kInvalidArgument: the value, or the file, is bad; kUnsupported: with it the server would not start.
Result<void> change_setting(const std::string& file, const SettingSpec& spec, const std::vector<std::string>& values);

}  // namespace postroad::app
