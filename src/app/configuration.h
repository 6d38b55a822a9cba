#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config_file.h"
#include "app/handed_listeners.h"
#include "base/clock.h"
#include "base/setting.h"

namespace postroad::app {

/// What a running server knows of its configuration: what of it runs, and how it is read again.
struct Configuration {
  Settings running;
  std::function<Result<Settings>()> read;  ///< Unset: there is none to read, as in the sandbox.
  std::vector<HandedName> handed;                  ///< Sockets in the place of configured addresses.
  std::function<void(MonoTime)> reload_begins;     ///< Unset, or told that it is being read again, since then.
  std::function<void(const Error*)> reload_ended;  ///< Unset, or told what was wrong; null: nothing.
};

/// A setting whose value in the files is not the one that runs.
struct SettingChange {
  std::string_view name;
  std::string before, after;  ///< As they are shown; "(set)" of what is secret.
  bool live = false;          ///< A running server takes it; else it waits for a start.
};
/// In the order of the table.
std::vector<SettingChange> changes_between(const Settings& running, const Settings& read);

inline constexpr std::size_t kDropInsMax = 100;

/// Later ones over earlier ones: the file (may be empty), then, with a file NAME.toml, NAME.d/*.toml beside it in the order of
/// their names, then what systemd hands over as credentials, then the environment, then `flags` where there are any. kNotFound: a file
/// cannot be read; kInvalidArgument names line and fix.
using SettingFlags = std::function<Result<void>(SettingsBuilder&)>;
Result<Settings> load_settings(const std::string& file, UnknownName unknown = UnknownName::kFails, const SettingFlags& flags = {});
/// As `config show` has it: a secret only says that it is set.
std::string shown_setting(const Settings& settings, std::string_view name);
/// As [log] asks, and --quiet.
void configure_log(const Settings& settings);

}  // namespace postroad::app
