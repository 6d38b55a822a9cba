#include "app/config_edit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>

#include "app/config_file.h"
#include "app/settings_table.h"
#include "base/text.h"

namespace postroad::app {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// Where a line begins; lines and columns count from 1, columns by code points.
std::size_t start_of_line(std::string_view text, std::size_t line) {
  std::size_t at = 0;
  for (std::size_t i = 1; i < line && at != std::string_view::npos; ++i) {
    const std::size_t end = text.find('\n', at);
    at = end == std::string_view::npos ? text.size() : end + 1;
  }
  return at;
}

std::size_t offset_of(std::string_view text, const toml::source_position& position) {
  std::size_t at = start_of_line(text, position.line);
  for (std::size_t column = 1; column < position.column && at < text.size(); ++at) {
    const bool begins_next = at + 1 >= text.size() || (static_cast<unsigned char>(text[at + 1]) & 0xc0) != 0x80;
    if (begins_next) ++column;
  }
  return at;
}

/// The last line on which a pair of the section itself ends; its header's when there is none; 0: the section has no header.
std::size_t last_line_of(const toml::table& section, std::string_view text, std::string_view name) {
  const std::size_t header = section.source().begin.line;
  const std::size_t at = start_of_line(text, header);
  const std::string_view line = trim(text.substr(at, std::min(text.find('\n', at), text.size()) - at));
  if (!line.starts_with(fmt::format("[{}]", name))) return 0;
  std::size_t last = header;
  for (const auto& [key, node] : section) {
    const bool is_pair = !node.is_table() || node.as_table()->is_inline();
    if (is_pair) last = std::max<std::size_t>(last, node.source().end.line);
  }
  return last;
}

std::string with_new_pair(std::string_view text, const toml::table* section, std::string_view name, const std::string& pair) {
  const std::size_t last = section == nullptr ? 0 : last_line_of(*section, text, name);
  if (last == 0) {
    const std::string gap = text.empty() ? "" : text.ends_with('\n') ? "\n" : "\n\n";
    return fmt::format("{}{}[{}]\n{}\n", text, gap, name, pair);
  }
  const std::size_t at = start_of_line(text, last + 1);
  const bool line_ends = at > 0 && text[at - 1] == '\n';
  return fmt::format("{}{}{}\n{}", text.substr(0, at), line_ends ? "" : "\n", pair, text.substr(at));
}

/// The edit did what was asked, and nothing else.
Result<void> verify(std::string_view before, std::string_view after, const std::string& file_name, const SettingSpec& spec,
                    const std::vector<std::string>& values) {
  SettingsBuilder old_builder(settings_table());
  SettingsBuilder new_builder(settings_table());
  RETURN_IF_ERROR(read_config_text(before, file_name, old_builder));
  RETURN_IF_ERROR(read_config_text(after, file_name, new_builder));
  const Settings old_settings = old_builder.take();
  const Settings new_settings = new_builder.take();
  const bool others_stay = std::ranges::all_of(settings_table(), [&](const SettingSpec& one) {
    return one.name == spec.name || old_settings.shown(one.name) == new_settings.shown(one.name);
  });
  if (others_stay && new_settings.list(spec.name) == values) return {};
  return fail_permanent(ErrorCode::kConflict, fmt::format("{}: {} stands in a form that is not edited here", file_name, spec.name));
}

}  // namespace

std::string toml_value(const SettingSpec& spec, const std::vector<std::string>& values) {
  switch (spec.kind) {
    case SettingKind::kFlag:
    case SettingKind::kInteger: return values.at(0);
    case SettingKind::kTextList:
    case SettingKind::kDurationList: {
      std::vector<std::string> parts;
      for (const std::string& value : values) parts.push_back(quoted(value));
      return fmt::format("[{}]", fmt::join(parts, ", "));
    }
    default: return quoted(values.at(0));
  }
}

Result<std::string> with_setting(std::string_view text, const std::string& file_name, const SettingSpec& spec,
                                 const std::vector<std::string>& values) {
  SettingsBuilder builder(settings_table());
  RETURN_IF_ERROR(builder.set(spec.name, values, "new value"));
  toml::table root;
  try {
    root = toml::parse(text, file_name);
  } catch (const toml::parse_error& error) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{}:{}: {}", file_name, error.source().begin.line, error.description()));
  }
  const std::size_t dot = spec.name.find('.');
  const std::string_view section_name = spec.name.substr(0, dot);
  const std::string_view key = spec.name.substr(dot + 1);
  const std::string value = toml_value(spec, values);
  const toml::table* const section = root[section_name].as_table();
  const toml::node* const node = section == nullptr ? nullptr : section->get(key);
  std::string edited;
  if (node == nullptr) {
    edited = with_new_pair(text, section, section_name, fmt::format("{} = {}", key, value));
  } else {
    const std::size_t begin = offset_of(text, node->source().begin);
    const std::size_t end = offset_of(text, node->source().end);
    edited = fmt::format("{}{}{}", text.substr(0, begin), value, text.substr(std::max(begin, end)));
  }
  RETURN_IF_ERROR(verify(text, edited, file_name, spec, values));
  return edited;
}

}  // namespace postroad::app
