#include <fmt/format.h>

#include "app/cli.h"
#include "app/commands.h"
#include "app/server_options.h"
#include "app/settings_table.h"

namespace postroad::app {

int config_check_command(const std::string& file) { return serve_command({.config = file, .check = true}); }

int config_show_command(const std::string& file, bool origin) {
  const Result<Settings> settings = load_settings(file);
  if (!settings) {
    print_error(settings.error().detail);
    return kExitUsage;
  }
  for (const SettingSpec& spec : settings_table()) {
    if (!spec.built) continue;
    const bool secret = spec.name == "bootstrap.api_key" && !settings->text(spec.name).empty();
    fmt::print("{:34} = {}{}\n", spec.name, secret ? "(set)" : settings->shown(spec.name),
               origin ? fmt::format("    # {}", settings->origin(spec.name)) : std::string());
  }
  return kExitDone;
}

}  // namespace postroad::app
