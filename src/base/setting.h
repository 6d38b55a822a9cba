#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace postroad {

enum class SettingKind : std::uint8_t {
  kText,
  kTextList,
  kFlag,
  kInteger,
  kDuration,      ///< "30s", "10m", "8h", "3d"
  kDurationList,
  kBytes,         ///< "52.4MiB", "25MiB", "64KiB", "512B"
  kChoice,        ///< one of `choices`
  kTable,         ///< a table of text values, as [delivery.next_hop]
};

/// One setting: the parser, `config check`, the sample file and the reference page come from a table of these.
struct SettingSpec {
  std::string_view name;      ///< "delivery.attempt_for"
  SettingKind kind;
  std::string_view fallback;  ///< As it would be written in a file; lists separated by commas.
  std::string_view about;     ///< One line, for people.
  std::string_view choices = {};  ///< kChoice: separated by commas.
  std::int64_t least = INT64_MIN;  ///< Seconds, bytes or the number itself.
  std::int64_t most = INT64_MAX;
  bool built = true;  ///< False: the key is known, a later version will read it; any value but the fallback is refused.
  bool live = false;  ///< A running server takes it at a reload; else it is read at the start alone.
};

/// Effective values, checked against the table; every spec has one.
class Settings {
 public:
  const std::string& text(std::string_view name) const;
  const std::vector<std::string>& list(std::string_view name) const;
  bool flag(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  std::chrono::seconds duration(std::string_view name) const;
  std::vector<std::chrono::seconds> durations(std::string_view name) const;
  std::int64_t bytes(std::string_view name) const;
  const std::map<std::string, std::string>& table(std::string_view name) const;
  /// Where the value came from: "default", "postroad.toml:12", "POSTROAD_HTTP__LISTEN".
  const std::string& origin(std::string_view name) const;
  /// As it would be written, for `config show`.
  std::string shown(std::string_view name) const;
  /// The value of `name` that `other` has, with its origin.
  void take_over(std::string_view name, const Settings& other);

 private:
  friend class SettingsBuilder;
  struct Held {
    std::vector<std::string> values;
    std::map<std::string, std::string> table;
    std::string origin;
  };
  const Held& held(std::string_view name) const;
  std::map<std::string, Held, std::less<>> held_;
};

/// Collects values from files, environment and flags, later ones over earlier ones, and checks each against the table.
class SettingsBuilder {
 public:
  explicit SettingsBuilder(std::span<const SettingSpec> specs);

  /// An unknown name fails with the nearest known one; a bad value with what is wanted. `origin` is named in both.
  Result<void> set(std::string_view name, std::vector<std::string> values, std::string origin);
  Result<void> set_table(std::string_view name, std::map<std::string, std::string> values, std::string origin);
  /// The spec with this name, or null.
  const SettingSpec* find(std::string_view name) const;
  /// What has been set until now.
  const Settings& so_far() const { return settings_; }
  Settings take() { return std::move(settings_); }

 private:
  std::span<const SettingSpec> specs_;
  Settings settings_;
};

/// "30s", "10m", "8h", "3d", "1h30m". nullopt without a unit.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
/// "52.4MiB", "25MB", "512B". nullopt without a unit.
std::optional<std::int64_t> parse_bytes(std::string_view text);
/// The candidate with the fewest edits from `name`; empty when none is near (more than a third of it differs).
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace postroad
