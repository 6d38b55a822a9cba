#pragma once
#include <span>

#include "base/setting.h"

namespace postroad::app {

/// Every setting of postroad.toml, built or not yet.
std::span<const SettingSpec> settings_table();

}  // namespace postroad::app
