// Field help and the default file: both from the table of settings.
#include "app/config_docs.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "app/config_edit.h"
#include "app/settings_table.h"
#include "base/text.h"

namespace postroad::app {
namespace {

struct Section {
  std::string_view name, about;
};
constexpr Section kSections[] = {
    {"server", "who this server is, and where it keeps everything"},
    {"bootstrap", "applied once, when the store is empty: for containers, tests and CI"},
    {"http", "the API"},
    {"tls", "the certificate of every listener"},
    {"smtp_in", "port 25: mail from the world"},
    {"submission", "SMTP for your applications"},
    {"delivery", "mail to the world: retries, limits, source addresses, next hops"},
    {"dns", "how names are resolved"},
    {"store", "everything durable"},
    {"retention", "how long what is kept"},
    {"webhooks", "posts to your applications"},
    {"routes", "inbound mail"},
    {"compat", "shapes of older versions of the API"},
    {"limits", "how much may be sent"},
    {"metrics", "Prometheus"},
    {"log", "lines on standard error"},
    {"telemetry", "nothing is sent anywhere unless it is switched on"},
    {"dev", "the sandbox's"},
};

std::string_view section_of(const SettingSpec& spec) { return spec.name.substr(0, spec.name.find('.')); }
std::string_view key_of(const SettingSpec& spec) { return spec.name.substr(spec.name.find('.') + 1); }

std::vector<std::string> fallback_of(const SettingSpec& spec) {
  const bool is_list = spec.kind == SettingKind::kTextList || spec.kind == SettingKind::kDurationList;
  if (!is_list) return {std::string(spec.fallback)};
  std::vector<std::string> values;
  for (const std::string_view part : split(spec.fallback, ',')) {
    if (!trim(part).empty()) values.emplace_back(trim(part));
  }
  return values;
}

std::string kind_text(const SettingSpec& spec) {
  const bool bounded = spec.least != INT64_MIN || spec.most != INT64_MAX;
  const auto within = [&](std::string_view unit) { return bounded ? fmt::format(", {} to {}{}", spec.least, spec.most, unit) : std::string(); };
  switch (spec.kind) {
    case SettingKind::kText: return "text";
    case SettingKind::kTextList: return "list of texts";
    case SettingKind::kFlag: return "true or false";
    case SettingKind::kInteger: return "whole number" + within("");
    case SettingKind::kDuration: return "time as \"30s\", \"10m\", \"8h\", \"3d\"" + within(" s");
    case SettingKind::kDurationList: return "list of times as \"10m\"" + within(" s, each");
    case SettingKind::kBytes: return "size as \"25MiB\"" + within(" bytes");
    case SettingKind::kChoice: {
      std::string choices(spec.choices);
      for (std::size_t at = choices.find(','); at != std::string::npos; at = choices.find(',', at + 5)) choices.replace(at, 1, " | ");
      return choices;
    }
    case SettingKind::kTable: return "table of texts";
  }
  return {};
}

std::string help_of(const SettingSpec& spec) {
  if (!spec.built) return fmt::format("{}\n    {}\n    not built yet: only its default is accepted\n", spec.name, spec.about.empty() ? "of a later version" : spec.about);
  std::string variable(spec.name);
  std::ranges::transform(variable, variable.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  variable.replace(variable.find('.'), 1, "__");
  const std::string fallback = spec.kind == SettingKind::kTable ? "empty" : toml_value(spec, fallback_of(spec));
  return fmt::format("{}\n    {}\n    {}; default {}\n    POSTROAD_{}; {}\n", spec.name, spec.about, kind_text(spec), fallback, variable,
                     spec.live ? "a running server takes it with `postroad config reload`" : "read when the server starts");
}

void add_default(std::string& text, const SettingSpec& spec) {
  if (spec.kind == SettingKind::kTable) return;
  // An empty text is no value for some of them: it is shown, and stays off.
  const bool is_list = spec.kind == SettingKind::kTextList || spec.kind == SettingKind::kDurationList;
  const std::string off = spec.fallback.empty() && !is_list ? "# " : "";
  const std::string pair = fmt::format("{}{} = {}", off, key_of(spec), toml_value(spec, fallback_of(spec)));
  const std::string choices = spec.kind == SettingKind::kChoice ? kind_text(spec) + ": " : "";
  text += fmt::format("{:36} # {}{}\n", pair, choices, spec.about);
}

}  // namespace

std::string default_config_text() {
  std::string text =
      "# postroad.toml: every setting of this version at its default; a file needs only the lines that differ.\n"
      "# `postroad config check FILE` validates, `postroad config show --origin` says where each effective value came from,\n"
      "# `postroad config docs SECTION` explains. An environment variable wins over the file: POSTROAD_HTTP__LISTEN=\"127.0.0.1:8080\".\n";
  for (const Section& section : kSections) {
    std::string pairs, tables;
    for (const SettingSpec& spec : settings_table()) {
      if (section_of(spec) != section.name || !spec.built) continue;
      add_default(pairs, spec);
      if (spec.kind == SettingKind::kTable) tables += fmt::format("\n# [{}]   # {}\n", spec.name, spec.about);
    }
    if (!pairs.empty()) text += fmt::format("\n[{}]   # {}\n{}{}", section.name, section.about, pairs, tables);
  }
  return text;
}

std::string config_help(std::string_view of) {
  std::string text;
  for (const Section& section : kSections) {
    if (of.empty()) text += fmt::format("{:12} {}\n", section.name, section.about);
    if (of == section.name) text += fmt::format("[{}]  {}\n\n", section.name, section.about);
  }
  if (of.empty()) return text;
  for (const SettingSpec& spec : settings_table()) {
    if (spec.name == of || section_of(spec) == of) text += help_of(spec);
  }
  return text;
}

std::string near_setting(std::string_view name) {
  std::vector<std::string_view> names;
  for (const SettingSpec& spec : settings_table()) names.push_back(spec.name);
  for (const Section& section : kSections) names.push_back(section.name);
  return std::string(nearest_name(name, names));
}

}  // namespace postroad::app
