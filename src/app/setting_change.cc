#include "app/setting_change.h"

#include <filesystem>

#include "app/config_edit.h"
#include "app/config_file.h"
#include "app/remote.h"
#include "app/replace_file.h"
#include "app/server_options.h"
#include "app/settings_table.h"

namespace postroad::app {
namespace {

/// What a start would say of the new text.
Result<void> as_a_start_reads(const std::string& text, const std::string& file) {
  SettingsBuilder builder(settings_table());
  RETURN_IF_ERROR(read_config_text(text, file, builder));
  const Settings settings = builder.take();
  RETURN_IF_ERROR(server_options(settings));
  return {};
}

}  // namespace

Result<void> change_setting(const std::string& file, const SettingSpec& spec, const std::vector<std::string>& values) {
  std::error_code missing;
  const std::string path = std::filesystem::canonical(file, missing).string();  // A link stays one.
  const Result<std::string> text = read_whole_file(missing ? file : path);
  if (!text) return fail_permanent(ErrorCode::kNotFound, text.error().detail);
  ASSIGN_OR_RETURN(const std::string edited, with_setting(*text, file, spec, values));
  if (const Result<void> read = as_a_start_reads(edited, file); !read) return fail_permanent(ErrorCode::kUnsupported, read.error().detail);
  return replace_file(path, edited);
}

}  // namespace postroad::app
