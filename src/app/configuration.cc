#include "app/configuration.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/output.h"
#include "app/settings_table.h"
#include "base/log.h"
#include "base/text.h"

extern char** environ;

namespace postroad::app {

namespace {

namespace fs = std::filesystem;

/// The secrets that systemd's LoadCredential= may hand over, under the setting's name or this.
constexpr std::pair<std::string_view, std::string_view> kCredentials[] = {{"bootstrap.api_key", "api_key"}};

Result<std::string> text_of(const fs::path& file) {
  std::ifstream stream(file);
  if (!stream || fs::is_directory(file)) return fail_permanent(ErrorCode::kNotFound, fmt::format("cannot read {}", file.string()));
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// NAME.d/*.toml beside NAME.toml, sorted.
Result<std::vector<fs::path>> drop_ins_of(const fs::path& file) {
  std::vector<fs::path> found;
  if (file.extension() != ".toml") return found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(file).replace_extension(".d"), error)) {
    if (entry.path().extension() == ".toml") found.push_back(entry.path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail_permanent(ErrorCode::kNotFound, fmt::format("cannot read {}: {}", fs::path(file).replace_extension(".d").string(), error.message()));
  }
  if (found.size() > kDropInsMax) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{}: more than {} files", fs::path(file).replace_extension(".d").string(), kDropInsMax));
  }
  std::ranges::sort(found);
  return found;
}

Result<void> read_credentials(SettingsBuilder& builder) {
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr) return {};
  for (const auto& [setting, short_name] : kCredentials) {
    for (const std::string_view name : {short_name, setting}) {
      const fs::path file = fs::path(directory) / name;
      if (!fs::exists(file)) continue;
      ASSIGN_OR_RETURN(const std::string text, text_of(file));
      RETURN_IF_ERROR(builder.set(setting, {std::string(trim(text))}, file.string()));
    }
  }
  return {};
}

}  // namespace

Result<Settings> load_settings(const std::string& file, UnknownName unknown, const SettingFlags& flags) {
  SettingsBuilder builder(settings_table());
  if (!file.empty()) {
    ASSIGN_OR_RETURN(std::vector<fs::path> files, drop_ins_of(file));
    files.insert(files.begin(), file);
    for (const fs::path& one : files) {
      ASSIGN_OR_RETURN(const std::string text, text_of(one));
      RETURN_IF_ERROR(read_config_text(text, one.string(), builder, unknown));
    }
  }
  RETURN_IF_ERROR(read_credentials(builder));
  RETURN_IF_ERROR(read_config_environment(environ, builder, unknown));
  if (flags) RETURN_IF_ERROR(flags(builder));
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
