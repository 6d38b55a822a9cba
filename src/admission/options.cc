#include "admission/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "admission/json_text.h"
#include "admission/priority.h"
#include "base/text.h"
#include "mail/date.h"

namespace postroad::admission {
namespace {

/// Known, and served by a later version.
constexpr std::array<std::string_view, 10> kLater = {
    "secondary-dkim-public", "deliverytime-optimize-period", "tracking", "tracking-clicks", "tracking-opens",
    "tracking-pixel-location-top", "sending-ip", "sending-ip-pool", "archive-to", "template"};

std::unexpected<Error> refuse(std::string text) { return fail_permanent(ErrorCode::kInvalidArgument, std::move(text)); }

Result<void> read_switch(std::string_view shown, const std::string& value, std::optional<bool>& into) {
  const std::optional<bool> on = parse_switch(value);
  if (!on) return refuse(fmt::format("{}: '{}' is neither yes nor no", shown, value));
  into = on;
  return {};
}

/// A time gone by means now.
Result<void> read_delivery_time(std::string_view shown, const std::string& value, WallTime now, SendOptions& options) {
  const std::optional<mail::UnixSeconds> at = mail::parse_api_date(value);
  if (!at) return refuse(fmt::format("{} is not an RFC-2822 compliant date", value));
  if (*at > now + kScheduleAheadMax) {
    return refuse(fmt::format("{}: '{}' is more than {} hours ahead", shown, value, kScheduleAheadMax.count()));
  }
  options.deliver_at = std::max<WallTime>(*at, now);
  return {};
}

Result<void> read_delivery_window(std::string_view shown, const std::string& value, SendOptions& options) {
  const std::optional<std::chrono::minutes> window = parse_delivery_window(value);
  if (!window || *window < kDeliverWithinMin || *window > kDeliverWithinMax) {
    return refuse(fmt::format("{}: '{}' is not a time between 5m and 24h, such as 1h30m", shown, value));
  }
  options.deliver_within = window;
  return {};
}

/// "02:00PM" or "14:00".
bool is_time_of_day(std::string_view text) {
  const std::string word = ascii_lower(trim(text));
  if (word.size() != 5 && word.size() != 7) return false;
  const auto hour = parse_int(std::string_view(word).substr(0, 2));
  const auto minute = parse_int(std::string_view(word).substr(3, 2));
  if (!hour || !minute || word[2] != ':' || *minute < 0 || *minute > 59) return false;
  if (word.size() == 5) return *hour >= 0 && *hour <= 23;
  return *hour >= 1 && *hour <= 12 && (word.ends_with("am") || word.ends_with("pm"));
}

void read_suppressed(const std::string& value, SendOptions& options) {
  std::vector<std::string> names;
  for (const std::string_view name : split(value, ',')) {
    if (const std::string_view bare = trim(name); !bare.empty()) names.push_back(ascii_lower(bare));
  }
  options.suppressed_headers = std::move(names);
}

std::string printable_ascii(std::string_view text) {
  std::string ascii;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && ascii.size() < kTagBytesMax) ascii += c;
  }
  return std::string(trim(ascii));
}

}  // namespace

std::optional<bool> parse_switch(std::string_view text) {
  const std::string word = ascii_lower(trim(text));
  for (const std::string_view yes : {"yes", "true", "1", "on"}) {
    if (word == yes) return true;
  }
  for (const std::string_view no : {"no", "false", "0", "off"}) {
    if (word == no) return false;
  }
  return std::nullopt;
}

std::optional<std::chrono::minutes> parse_delivery_window(std::string_view text) {
  constexpr std::size_t kDigitsMax = 5;
  text = trim(text);
  std::chrono::minutes total{0};
  bool any = false;
  for (const char unit : {'h', 'm'}) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == text.size() || text[digits] != unit) continue;
    if (digits == 0 || digits > kDigitsMax) return std::nullopt;
    const std::int64_t number = *parse_int(text.substr(0, digits));
    total += unit == 'h' ? std::chrono::minutes{60 * number} : std::chrono::minutes{number};
    text.remove_prefix(digits + 1);
    any = true;
  }
  if (!any || !text.empty()) return std::nullopt;
  return total;
}

Result<void> read_option(std::string_view option, std::string_view shown, const std::string& value, WallTime now,
                         SendOptions& options) {
  if (option == "tag") {
    options.tags.push_back(value);
    return {};
  }
  if (option == "campaign" || option == "campaign-id") {
    const std::string name = printable_ascii(value);
    if (!name.empty() && options.campaigns.size() < kCampaignsMax) options.campaigns.push_back(name);
    return {};
  }
  if (option == "dkim") return read_switch(shown, value, options.sign_dkim);
  if (option == "testmode") return read_switch(shown, value, options.test_mode);
  if (option == "require-tls") return read_switch(shown, value, options.require_tls);
  if (option == "skip-verification") return read_switch(shown, value, options.skip_verification);
  if (option == "deliverytime") return read_delivery_time(shown, value, now, options);
  if (option == "deliver-within") return read_delivery_window(shown, value, options);
  if (option == "priority") {
    options.priority = parse_priority(value);
    if (!options.priority) return refuse(fmt::format("{}: '{}' is neither high nor bulk", shown, value));
    return {};
  }
  if (option == "suppress-headers") {
    read_suppressed(value, options);
    return {};
  }
  if (parse_switch(value) == false) return {};
  if (option == "secondary-dkim") {
    return refuse(fmt::format("{} is not supported yet: {} is not a valid secondary dkim domain name", shown, value));
  }
  if (option == "time-zone-localize") {
    if (!is_time_of_day(value)) return refuse(fmt::format("{} invalid 24 hour time(value of 'o:time-zone-localize')", value));
    return refuse(fmt::format("{} is not supported yet", shown));
  }
  const bool later = std::ranges::find(kLater, option) != kLater.end() || option.starts_with("template-");
  if (later) return refuse(fmt::format("{} is not supported yet", shown));
  return {};
}

Result<void> read_variables(const std::string& json, SendOptions& options) {
  boost::json::error_code error;
  boost::json::parse_options limits;
  limits.max_depth = kVariablesDepthMax;
  const boost::json::value parsed = boost::json::parse(json, error, {}, limits);
  if (error || !parsed.is_object()) return refuse("X-Mailgun-Variables is not a JSON object");
  for (const auto& [name, value] : parsed.get_object()) {
    options.variables.emplace_back(name, json_text(value));
  }
  return {};
}

std::vector<std::string> normal_tags(const std::vector<std::string>& tags) {
  std::vector<std::string> kept;
  std::unordered_set<std::string> seen;
  for (const std::string& tag : tags) {
    std::string ascii = printable_ascii(tag);
    if (ascii.empty() || kept.size() == kTagsMax || !seen.insert(ascii_lower(ascii)).second) continue;
    kept.push_back(std::move(ascii));
  }
  return kept;
}

std::vector<std::pair<std::string, std::string>> normal_variables(
    std::vector<std::pair<std::string, std::string>> variables) {
  std::vector<std::pair<std::string, std::string>> kept;
  std::unordered_map<std::string, std::size_t> places;
  for (auto& [name, value] : variables) {
    const auto [place, added] = places.emplace(name, kept.size());
    if (added) {
      kept.emplace_back(std::move(name), std::move(value));
    } else {
      kept[place->second].second = std::move(value);
    }
  }
  return kept;
}

void SendOptions::add_missing(SendOptions other) {
  const auto take = [](auto& mine, auto& theirs) {
    if (!mine) mine = std::move(theirs);
  };
  if (tags.empty()) tags = std::move(other.tags);
  if (campaigns.empty()) campaigns = std::move(other.campaigns);
  // Theirs first: of two values of a name the later wins.
  std::ranges::move(variables, std::back_inserter(other.variables));
  variables = std::move(other.variables);
  take(sign_dkim, other.sign_dkim);
  take(test_mode, other.test_mode);
  take(require_tls, other.require_tls);
  take(skip_verification, other.skip_verification);
  take(deliver_at, other.deliver_at);
  take(deliver_within, other.deliver_within);
  take(priority, other.priority);
  take(suppressed_headers, other.suppressed_headers);
}

bool SendOptions::suppresses(std::string_view header) const {
  if (!suppressed_headers) return false;
  const std::string name = ascii_lower(header);
  return std::ranges::any_of(*suppressed_headers, [&](const std::string& one) { return one == "all" || one == name; });
}

}  // namespace postroad::admission
