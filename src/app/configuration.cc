#include "app/configuration.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "app/config_file.h"
#include "app/output.h"
#include "app/settings_table.h"
#include "base/log.h"

extern char** environ;

namespace postroad::app {

Result<Settings> load_settings(const std::string& file) {
  SettingsBuilder builder(settings_table());
  if (!file.empty()) {
    std::ifstream stream(file);
    if (!stream) return fail_permanent(ErrorCode::kNotFound, fmt::format("cannot read {}", file));
    std::stringstream text;
    text << stream.rdbuf();
    RETURN_IF_ERROR(read_config_text(text.str(), file, builder));
  }
  RETURN_IF_ERROR(read_config_environment(environ, builder));
  return builder.take();
}

std::string shown_setting(const Settings& settings, std::string_view name) {
  const bool secret = name == "bootstrap.api_key" && !settings.text(name).empty();
  return secret ? "(set)" : settings.shown(name);
}

std::vector<SettingChange> changes_between(const Settings& running, const Settings& read) {
  std::vector<SettingChange> changes;
  for (const SettingSpec& spec : settings_table()) {
    if (running.shown(spec.name) == read.shown(spec.name)) continue;
    changes.push_back({spec.name, shown_setting(running, spec.name), shown_setting(read, spec.name), spec.live});
  }
  return changes;
}

void configure_log(const Settings& settings) {
  const std::string& format = settings.text("log.format");
  const bool text = format == "text" || (format == "auto" && isatty(STDERR_FILENO) != 0);
  const std::string& level = settings.text("log.level");
  const log::Level wanted = level == "debug" ? log::Level::kDebug
                            : level == "warn" ? log::Level::kWarn
                            : level == "error" ? log::Level::kError
                                               : log::Level::kInfo;
  const log::Level least = output_style().quiet ? std::max(wanted, log::Level::kWarn) : wanted;
  log::configure(text ? log::Format::kText : log::Format::kJson, least);
}

}  // namespace postroad::app
