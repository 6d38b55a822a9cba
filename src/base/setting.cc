#include "base/setting.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/assert.h"
#include "base/text.h"

namespace postroad {
namespace {

Error bad(std::string detail) { return {ErrorCode::kInvalidArgument, Permanence::kPermanent, std::move(detail)}; }

std::vector<std::string> fallback_values(const SettingSpec& spec) {
  const bool is_list = spec.kind == SettingKind::kTextList || spec.kind == SettingKind::kDurationList;
  if (!is_list) return {std::string(spec.fallback)};
  std::vector<std::string> values;
  if (spec.fallback.empty()) return values;
  for (const std::string_view part : split(spec.fallback, ',')) values.emplace_back(trim(part));
  return values;
}

/// Empty when the value is good; else what is wanted instead.
std::string wanted_instead(const SettingSpec& spec, std::string_view value) {
  const auto in_bounds = [&spec](std::int64_t number) { return number >= spec.least && number <= spec.most; };
  switch (spec.kind) {
    case SettingKind::kText:
    case SettingKind::kTextList:
    case SettingKind::kTable:
      return {};
    case SettingKind::kFlag:
      return value == "true" || value == "false" ? "" : "true or false";
    case SettingKind::kInteger: {
      const auto number = parse_int(value);
      if (!number) return "a whole number";
      return in_bounds(*number) ? "" : fmt::format("a number from {} to {}", spec.least, spec.most);
    }
    case SettingKind::kDuration:
    case SettingKind::kDurationList: {
      const auto duration = parse_duration(value);
      if (!duration) return "a time with its unit, such as \"30s\", \"10m\", \"8h\" or \"3d\"";
      return in_bounds(duration->count()) ? "" : fmt::format("a time from {} s to {} s", spec.least, spec.most);
    }
    case SettingKind::kBytes: {
      const auto bytes = parse_bytes(value);
      if (!bytes) return "a size with its unit, such as \"25MiB\"";
      return in_bounds(*bytes) ? "" : fmt::format("a size from {} to {} bytes", spec.least, spec.most);
    }
    case SettingKind::kChoice:
      for (const std::string_view choice : split(spec.choices, ',')) {
        if (choice == value) return {};
      }
      return fmt::format("one of {}", spec.choices);
  }
  return {};
}

bool takes_many(SettingKind kind) { return kind == SettingKind::kTextList || kind == SettingKind::kDurationList; }

}  // namespace

const Settings::Held& Settings::held(std::string_view name) const {
  const auto found = held_.find(name);
  PR_ASSERT(found != held_.end());
  return found->second;
}

const std::string& Settings::text(std::string_view name) const { return held(name).values.at(0); }
const std::vector<std::string>& Settings::list(std::string_view name) const { return held(name).values; }
bool Settings::flag(std::string_view name) const { return text(name) == "true"; }
std::int64_t Settings::integer(std::string_view name) const { return *parse_int(text(name)); }
std::chrono::seconds Settings::duration(std::string_view name) const { return *parse_duration(text(name)); }
std::int64_t Settings::bytes(std::string_view name) const { return *parse_bytes(text(name)); }
const std::map<std::string, std::string>& Settings::table(std::string_view name) const { return held(name).table; }
const std::string& Settings::origin(std::string_view name) const { return held(name).origin; }

std::vector<std::chrono::seconds> Settings::durations(std::string_view name) const {
  std::vector<std::chrono::seconds> all;
  for (const std::string& value : list(name)) all.push_back(*parse_duration(value));
  return all;
}

std::string Settings::shown(std::string_view name) const {
  const Held& value = held(name);
  if (!value.table.empty()) {
    std::vector<std::string> parts;
    for (const auto& [key, text] : value.table) parts.push_back(fmt::format("\"{}\" = \"{}\"", key, text));
    return fmt::format("{{{}}}", fmt::join(parts, ", "));
  }
  return fmt::format("{}", fmt::join(value.values, ", "));
}

void Settings::take_over(std::string_view name, const Settings& other) { held_.find(name)->second = other.held(name); }

SettingsBuilder::SettingsBuilder(std::span<const SettingSpec> specs) : specs_(specs) {
  for (const SettingSpec& spec : specs) {
    for (const std::string& value : fallback_values(spec)) {
      const bool unset = value.empty() && spec.kind == SettingKind::kChoice;
      PR_ASSERT(unset || wanted_instead(spec, value).empty());
    }
    settings_.held_[std::string(spec.name)] = {fallback_values(spec), {}, "default"};
  }
}

const SettingSpec* SettingsBuilder::find(std::string_view name) const {
  const auto found = std::ranges::find(specs_, name, &SettingSpec::name);
  return found == specs_.end() ? nullptr : &*found;
}

Result<void> SettingsBuilder::set(std::string_view name, std::vector<std::string> values, std::string origin) {
  const SettingSpec* spec = find(name);
  if (spec == nullptr) {
    std::vector<std::string_view> names;
    for (const SettingSpec& known : specs_) names.push_back(known.name);
    const std::string_view near = nearest_name(name, names);
    return std::unexpected(bad(fmt::format("{}: unknown setting {}{}", origin, name,
                                           near.empty() ? std::string() : fmt::format("; did you mean {}?", near))));
  }
  if (spec->kind == SettingKind::kTable) return std::unexpected(bad(fmt::format("{}: {} is a table", origin, name)));
  if (values.size() != 1 && !takes_many(spec->kind)) {
    return std::unexpected(bad(fmt::format("{}: {} takes one value, not a list", origin, name)));
  }
  for (const std::string& value : values) {
    if (const std::string wanted = wanted_instead(*spec, value); !wanted.empty()) {
      return std::unexpected(bad(fmt::format("{}: {} = \"{}\" is not {}", origin, name, value, wanted)));
    }
  }
  if (!spec->built && values != fallback_values(*spec)) {
    return std::unexpected(bad(fmt::format("{}: {} is not built yet; remove the line (its default, \"{}\", is what "
                                           "this version does)", origin, name, spec->fallback)));
  }
  settings_.held_[std::string(name)] = {std::move(values), {}, std::move(origin)};
  return {};
}

Result<void> SettingsBuilder::set_table(std::string_view name, std::map<std::string, std::string> values,
                                        std::string origin) {
  const SettingSpec* spec = find(name);
  if (spec == nullptr || spec->kind != SettingKind::kTable) {
    return std::unexpected(bad(fmt::format("{}: unknown table [{}]", origin, name)));
  }
  settings_.held_[std::string(name)] = {{}, std::move(values), std::move(origin)};
  return {};
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > 9 || digits == text.size()) return std::nullopt;
    std::int64_t unit = 0;
    switch (text[digits]) {
      case 's': unit = 1; break;
      case 'm': unit = 60; break;
      case 'h': unit = 3600; break;
      case 'd': unit = 86400; break;
      default: return std::nullopt;
    }
    total += *parse_int(text.substr(0, digits)) * unit;
    text.remove_prefix(digits + 1);
  }
  return std::chrono::seconds{total};
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0 || number > 1e15) return std::nullopt;
  const std::string_view unit = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  double scale = 0;
  if (unit == "B") scale = 1;
  if (unit == "KiB") scale = 1024;
  if (unit == "MiB") scale = 1024.0 * 1024;
  if (unit == "GiB") scale = 1024.0 * 1024 * 1024;
  if (unit == "KB") scale = 1e3;
  if (unit == "MB") scale = 1e6;
  if (unit == "GB") scale = 1e9;
  if (scale == 0) return std::nullopt;
  return static_cast<std::int64_t>(std::llround(number * scale));
}

std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t best_edits = name.size() / 3 + 1;
  for (const std::string_view candidate : candidates) {
    std::vector<std::size_t> row(candidate.size() + 1);
    for (std::size_t j = 0; j <= candidate.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= name.size(); ++i) {
      std::size_t diagonal = std::exchange(row[0], i);
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t change = diagonal + (name[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
      }
    }
    if (row.back() <= best_edits) {
      if (row.back() < best_edits || best.empty()) best = candidate;
      best_edits = row.back();
    }
  }
  return best;
}

}  // namespace postroad
