// What the values of arguments may be: one line a kind. Routes, when they are built, are one more, with one of control_names.cc.
#include "app/value_kinds.h"

#include <algorithm>
#include <filesystem>

#include "app/config_docs.h"
#include "app/doctor_groups.h"
#include "app/log_columns.h"
#include "app/settings_table.h"
#include "base/text.h"
#include "events/event.h"

namespace postroad::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesMax = 500;  ///< Of one directory, that are suggested behind an @.

Suggestions events_of_log(const ValueQuestion&) {
  Suggestions all;
  for (const auto type : {events::EventType::kAccepted, events::EventType::kDelivered, events::EventType::kFailed, events::EventType::kRejected}) {
    all.push_back({std::string(events::event_name(type)), {}});
  }
  return all;
}

/// "event:" is followed by what an event may be, and so on.
Suggestions terms(const ValueQuestion& question) {
  constexpr std::pair<std::string_view, std::string_view> kTerms[] = {
      {"to:", "recipient"}, {"from:", "sender"}, {"subject:", "words of the subject"}, {"tag:", "tag"}, {"msgid:", "Message-Id"}, {"event:", "accepted, delivered, failed, …"},
      {"after:", "a date, or an age as 2h"}, {"before:", "a date, or an age as 2h"}};
  Suggestions all;
  for (const auto& [prefix, about] : kTerms) {
    if (!question.typed.starts_with(prefix)) {
      all.push_back({std::string(prefix), std::string(about)});
      continue;
    }
    ValueQuestion rest = question;
    rest.typed = question.typed.substr(prefix.size());
    Suggestions values;
    if (prefix == "event:") values = events_of_log(rest);
    if (prefix == "to:") values = names_of("recipients", rest);
    if (prefix == "msgid:") values = names_of("messages", rest);
    for (Suggestion& one : values) one.value.insert(0, prefix);
    return values;
  }
  return all;
}

Suggestions terms_of_inbox(const ValueQuestion&) {
  return {{"to:", "recipient"}, {"from:", "sender"}, {"subject:", "words of the subject"}, {"is:failed", {}}, {"has:attachment", {}}};
}

Suggestions settings(const ValueQuestion&) {
  Suggestions all;
  for (const SettingSpec& spec : settings_table()) {
    if (spec.built) all.push_back({std::string(spec.name), std::string(spec.about)});
  }
  return all;
}

Suggestions sections(const ValueQuestion& question) {
  Suggestions all = settings(question);
  std::string last;
  for (const SettingSpec& spec : settings_table()) {
    const std::string section(spec.name.substr(0, spec.name.find('.')));
    if (section != last) all.push_back({section, "section"});
    last = section;
  }
  return all;
}

Suggestions values_of_setting(const ValueQuestion& question) {
  const auto spec = std::ranges::find(settings_table(), question.before.empty() ? std::string() : question.before.front(), &SettingSpec::name);
  if (spec == settings_table().end()) return {};
  if (spec->kind == SettingKind::kFlag) return {{"true", {}}, {"false", {}}};
  Suggestions all;
  for (const std::string_view one : split(spec->choices, ',')) {
    if (!one.empty()) all.push_back({std::string(one), {}});
  }
  return all;
}

Suggestions columns(const ValueQuestion&) {
  Suggestions all;
  for (const std::string_view name : column_names()) all.push_back({std::string(name), {}});
  return all;
}

Suggestions groups(const ValueQuestion&) {
  Suggestions all;
  for (const std::string_view name : doctor::kGroups) all.push_back({std::string(name), {}});
  for (const doctor::GroupAlias& one : doctor::kGroupAliases) {
    if (all.back().value != one.word) all.push_back({std::string(one.word), "a short word"});
  }
  return all;
}

/// "@" and the name of a file.
Suggestions files_behind_at(const ValueQuestion& question) {
  if (!question.typed.starts_with('@')) return {};
  const std::string typed = question.typed.substr(1);
  const std::string folder = typed.substr(0, typed.rfind('/') + 1);
  Suggestions all;
  std::error_code error;
  for (fs::directory_iterator at(folder.empty() ? "." : folder, error), end; !error && at != end && all.size() < kFilesMax; at.increment(error)) {
    std::error_code ignored;
    const std::string name = at->path().filename().string();
    if (name.starts_with('.') && !typed.substr(folder.size()).starts_with('.')) continue;
    all.push_back({"@" + folder + name + (at->is_directory(ignored) ? "/" : ""), {}});
  }
  return all;
}

constexpr ValueKind kKinds[] = {
    {kind::kDomain, ValueSource::kSuggested, [](const ValueQuestion& one) { return names_of("domains", one); }},
    {kind::kLane, ValueSource::kSuggested, [](const ValueQuestion& one) { return names_of("lanes", one); }},
    {kind::kMessage, ValueSource::kSuggested, [](const ValueQuestion& one) { return names_of("messages", one); }},
    {kind::kKey, ValueSource::kSuggested, [](const ValueQuestion& one) { return names_of("keys", one); }},
    {kind::kLogin, ValueSource::kSuggested, [](const ValueQuestion& one) { return names_of("logins", one); }},
    {kind::kCaptured, ValueSource::kSuggested, captured_messages},
    {kind::kTerm, ValueSource::kSuggested, terms},
    {kind::kInboxTerm, ValueSource::kSuggested, terms_of_inbox},
    {kind::kEvent, ValueSource::kSuggested, events_of_log},
    {kind::kColumn, ValueSource::kSuggested, columns, true},
    {kind::kSetting, ValueSource::kSuggested, settings},
    {kind::kSection, ValueSource::kSuggested, sections},
    {kind::kValue, ValueSource::kSuggested, values_of_setting},
    {kind::kGroup, ValueSource::kSuggested, groups, true},
    {kind::kFile, ValueSource::kFiles},
    {kind::kDirectory, ValueSource::kDirectories},
    {kind::kText, ValueSource::kSuggested, files_behind_at},
    {kind::kWords}, {kind::kName}, {kind::kAddress}, {kind::kHost}, {kind::kUrl}, {kind::kSecret}, {kind::kTime}, {kind::kRate}, {kind::kPair}, {kind::kHeader},
};

}  // namespace

const ValueKind* find_value_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kKinds, name, &ValueKind::name);
  return found == std::end(kKinds) ? nullptr : found;
}

}  // namespace postroad::app
