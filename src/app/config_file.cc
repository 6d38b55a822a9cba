#include "app/config_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/log.h"
#include "base/text.h"

namespace postroad::app {
namespace {

constexpr std::string_view kPrefix = "POSTROAD_";
/// Set by the harness of our tests and by `./dev`; not settings.
constexpr std::string_view kNotSettings[] = {"POSTROAD_FIXTURES", "POSTROAD_SOURCE_DIR", "POSTROAD_BINARY",
                                             "POSTROAD_REQUIRE_FIXTURES", "POSTROAD_URL", "POSTROAD_API_KEY", "POSTROAD_CA_FILE"};

Error bad(std::string detail) { return {ErrorCode::kInvalidArgument, Permanence::kPermanent, std::move(detail)}; }

std::string where(const std::string& file, const toml::node& node) {
  return fmt::format("{}:{}", file, node.source().begin.line);
}

/// A TOML scalar as the text that a Setting takes; nullopt for dates and tables.
std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return std::string(flag->get() ? "true" : "false");
  return std::nullopt;
}

Result<void> read_table(const toml::table& table, const std::string& name, const std::string& file,
                        SettingsBuilder& builder) {
  std::map<std::string, std::string> values;
  for (const auto& [key, node] : table) {
    const auto text = scalar_text(node);
    if (!text) return std::unexpected(bad(fmt::format("{}: {}.{} must be text", where(file, node), name, key.str())));
    values[std::string(key.str())] = *text;
  }
  return builder.set_table(name, std::move(values), where(file, table));
}

/// Whether `name` is passed over, with a warning.
bool passed_over(const SettingsBuilder& builder, std::string_view name, const std::string& origin, UnknownName unknown) {
  if (unknown == UnknownName::kFails || builder.find(name) != nullptr) return false;
  log::warn("unknown_setting", {{"at", origin}, {"name", name}, {"next", "it is left out, as --lenient asks"}});
  return true;
}

Result<void> read_value(const toml::node& node, const std::string& name, const std::string& file,
                        SettingsBuilder& builder, UnknownName unknown) {
  if (passed_over(builder, name, where(file, node), unknown)) return {};
  const SettingSpec* spec = builder.find(name);
  if (const auto* table = node.as_table(); table != nullptr && spec != nullptr && spec->kind == SettingKind::kTable) {
    return read_table(*table, name, file, builder);
  }
  std::vector<std::string> values;
  if (const auto* list = node.as_array()) {
    for (const toml::node& element : *list) {
      const auto text = scalar_text(element);
      if (!text) return std::unexpected(bad(fmt::format("{}: {} takes a list of texts", where(file, element), name)));
      values.push_back(*text);
    }
  } else if (const auto text = scalar_text(node)) {
    values.push_back(*text);
  } else {
    return std::unexpected(bad(fmt::format("{}: {} must be text, a number, true, false or a list", where(file, node), name)));
  }
  return builder.set(name, std::move(values), where(file, node));
}

}  // namespace

Result<void> read_config_text(std::string_view text, const std::string& file_name, SettingsBuilder& builder, UnknownName unknown) {
  if (text.size() > kConfigBytesMax) {
    return std::unexpected(bad(fmt::format("{}: larger than {} bytes", file_name, kConfigBytesMax)));
  }
  toml::table root;
  try {
    root = toml::parse(text, file_name);
  } catch (const toml::parse_error& error) {
    return std::unexpected(bad(fmt::format("{}:{}: {}", file_name, error.source().begin.line, error.description())));
  }
  for (const auto& [section, node] : root) {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      return std::unexpected(bad(fmt::format("{}: {} stands outside a section such as [server]", where(file_name, node),
                                             section.str())));
    }
    for (const auto& [key, value] : *table) {
      RETURN_IF_ERROR(read_value(value, fmt::format("{}.{}", section.str(), key.str()), file_name, builder, unknown));
    }
  }
  return {};
}

Result<void> read_config_environment(const char* const* environment, SettingsBuilder& builder, UnknownName unknown) {
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const std::size_t equals = entry.find('=');
    const std::string_view variable = entry.substr(0, equals);
    if (equals == std::string_view::npos || !variable.starts_with(kPrefix)) continue;
    if (std::ranges::find(kNotSettings, variable) != std::ranges::end(kNotSettings)) continue;
    std::string name = ascii_lower(variable.substr(kPrefix.size()));
    if (const std::size_t level = name.find("__"); level != std::string::npos) name.replace(level, 2, ".");
    if (passed_over(builder, name, std::string(variable), unknown)) continue;

    std::string_view text = trim(entry.substr(equals + 1));
    const SettingSpec* spec = builder.find(name);
    std::vector<std::string> values;
    if (spec != nullptr && (spec->kind == SettingKind::kTextList || spec->kind == SettingKind::kDurationList)) {
      if (text.starts_with('[') && text.ends_with(']') && text.find('"') != std::string_view::npos) {
        text = text.substr(1, text.size() - 2);
      }
      for (std::string_view part : split(text, ',')) {
        part = trim(part);
        if (part.size() >= 2 && part.front() == '"' && part.back() == '"') part = part.substr(1, part.size() - 2);
        if (!part.empty()) values.emplace_back(part);
      }
    } else {
      values.emplace_back(text);
    }
    RETURN_IF_ERROR(builder.set(name, std::move(values), std::string(variable)));
  }
  return {};
}

}  // namespace postroad::app
