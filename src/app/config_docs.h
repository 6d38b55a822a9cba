#pragma once
#include <string>
#include <string_view>

namespace postroad::app {

/// A file with every setting that this version reads at its default, each with what it is for.
std::string default_config_text();
/// Help for one setting ("delivery.retries"), all of a section ("delivery"), or, of nothing, the list of sections. Empty: there is
/// no such section or setting.
std::string config_help(std::string_view of);
/// The names nearest to one that is unknown; empty when none is.
std::string near_setting(std::string_view name);

}  // namespace postroad::app
