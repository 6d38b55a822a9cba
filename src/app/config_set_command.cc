// postroad config set: one setting in the file, everything else in it as it was.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "app/cli.h"
#include "app/commands.h"
#include "app/config_docs.h"
#include "app/config_edit.h"
#include "app/config_file.h"
#include "app/remote.h"
#include "app/server_options.h"
#include "app/settings_table.h"
#include "base/text.h"
#include "storage/real_disk.h"

namespace postroad::app {
namespace {

/// In one step: a reader finds the old file or the new one. Owner and mode stay.
Result<void> replace_file(const std::string& path, const std::string& text) {
  storage::RealDisk disk;
  const std::string draft = path + ".new";
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::File> file, disk.open(draft, storage::Disk::Open::kCreate));
  RETURN_IF_ERROR(file->truncate(0));
  RETURN_IF_ERROR(file->pwrite(text, 0));
  RETURN_IF_ERROR(file->sync());
  struct stat old{};
  const bool kept = ::stat(path.c_str(), &old) == 0 && ::chown(draft.c_str(), old.st_uid, old.st_gid) == 0 && ::chmod(draft.c_str(), old.st_mode & 07777) == 0;
  if (!kept) return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{}: owner and mode cannot be kept", path));
  RETURN_IF_ERROR(disk.rename(draft, path));
  return disk.sync_directory(std::filesystem::path(path).parent_path().string());
}

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

/// What a start would say of the new text.
Result<Settings> as_a_start_reads(const std::string& text, const std::string& file) {
  SettingsBuilder builder(settings_table());
  RETURN_IF_ERROR(read_config_text(text, file, builder));
  Settings settings = builder.take();
  ASSIGN_OR_RETURN(const ServerOptions options, server_options(settings));
  (void)options;  // Only whether it is good.
  return settings;
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
  std::error_code missing;
  const std::string path = std::filesystem::canonical(arguments.file, missing).string();  // A link stays one.
  const Result<std::string> text = read_whole_file(missing ? arguments.file : path);
  if (!text) return refuse(text.error(), "postroad config print-default makes a file to begin with");
  const std::vector<std::string> values = as_list(*spec, arguments.values);
  const Result<std::string> edited = with_setting(*text, arguments.file, *spec, values);
  if (!edited) return refuse(edited.error(), edited.error().code == ErrorCode::kConflict ? "change it by hand" : fmt::format("postroad config docs {}", spec->name));
  if (const Result<Settings> read = as_a_start_reads(*edited, arguments.file); !read) {
    return refuse(read.error(), "nothing was written: with this value the server would not start");
  }
  if (const Result<void> written = replace_file(path, *edited); !written) return report(written.error());
  fmt::print("{} = {}\n", spec->name, toml_value(*spec, values));
  const Result<Settings> effective = load_settings(arguments.file);
  if (effective && effective->origin(spec->name).starts_with("POSTROAD_")) {
    print_hint(fmt::format("{} in the environment wins over the file", effective->origin(spec->name)));
  }
  print_hint(spec->live ? fmt::format("postroad config reload --config {}", arguments.file) : "the server reads it when it starts: restart it");
  return kExitDone;
}

}  // namespace postroad::app
