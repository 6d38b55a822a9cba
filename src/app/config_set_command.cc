// postroad config set: one setting in the file, everything else in it as it was.
#include <fmt/format.h>

#include <algorithm>

#include "app/cli.h"
#include "app/commands.h"
#include "app/config_docs.h"
#include "app/config_edit.h"
#include "app/remote.h"
#include "app/setting_change.h"
#include "app/settings_table.h"
#include "base/text.h"

namespace postroad::app {
namespace {

std::vector<std::string> as_list(const SettingSpec& spec, const std::vector<std::string>& given) {
  const bool is_list = spec.kind == SettingKind::kTextList || spec.kind == SettingKind::kDurationList;
  if (!is_list) return given;
  std::vector<std::string> values;
  for (const std::string& one : given) {
    for (const std::string_view part : split(one, ',')) {
      if (!trim(part).empty()) values.emplace_back(trim(part));
    }
  }
  return values;
}

int refuse(const Error& error, const std::string& hint) {
  print_error(error.detail);
  print_hint(hint);
  print_docs("postroad config docs SECTION");
  return kExitUsage;
}

}  // namespace

int config_set_command(const ConfigArguments& arguments) {
  const std::span<const SettingSpec> all = settings_table();
  const auto spec = std::ranges::find(all, arguments.name, &SettingSpec::name);
  if (spec == all.end()) {
    const std::string near = near_setting(arguments.name);
    return refuse({ErrorCode::kInvalidArgument, Permanence::kPermanent, fmt::format("there is no setting {}", arguments.name)},
                  near.empty() ? "postroad config docs" : fmt::format("did you mean {}?", near));
  }
  if (spec->kind == SettingKind::kTable) {
    return refuse({ErrorCode::kInvalidArgument, Permanence::kPermanent, fmt::format("{} is a table, which is not edited here", spec->name)},
                  fmt::format("write its lines below [{}] in {}", spec->name, arguments.file));
  }
  const std::vector<std::string> values = as_list(*spec, arguments.values);
  if (const Result<void> changed = change_setting(arguments.file, *spec, values); !changed) {
    switch (changed.error().code) {
      case ErrorCode::kNotFound: return refuse(changed.error(), "postroad config print-default makes a file to begin with");
      case ErrorCode::kConflict: return refuse(changed.error(), "change it by hand");
      case ErrorCode::kInvalidArgument: return refuse(changed.error(), fmt::format("postroad config docs {}", spec->name));
      case ErrorCode::kUnsupported: return refuse(changed.error(), "nothing was written: with this value the server would not start");
      default: return report(changed.error());
    }
  }
  fmt::print("{} = {}\n", spec->name, toml_value(*spec, values));
  const Result<Settings> effective = load_settings(arguments.file);
  if (effective && effective->origin(spec->name).starts_with("POSTROAD_")) {
    print_hint(fmt::format("{} in the environment wins over the file", effective->origin(spec->name)));
  }
  print_hint(spec->live ? fmt::format("postroad config reload --config {}", arguments.file) : "the server reads it when it starts: restart it");
  return kExitDone;
}

}  // namespace postroad::app
