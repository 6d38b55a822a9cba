#include "app/log_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/store_question.h"
#include "base/text.h"
#include "net/http/percent.h"

namespace postroad::app {
namespace {

namespace json = boost::json;

/// Events of several domains as one list; those of one moment stay in their order.
void newest_first(std::vector<LogEntry>& entries) {
  std::vector<std::pair<double, std::size_t>> places;
  for (std::size_t i = 0; i < entries.size(); ++i) places.emplace_back(-entries[i].time(), i);
  std::ranges::sort(places);
  std::vector<LogEntry> sorted;
  sorted.reserve(entries.size());
  for (const auto& [time, i] : places) sorted.push_back(std::move(entries[i]));
  entries = std::move(sorted);
}

std::vector<LogEntry> entries_of(const json::object& answer) {
  std::vector<LogEntry> entries;
  for (const json::value& one : answer.at("events").as_array()) {
    const json::object& entry = one.as_object();
    entries.push_back({entry.at("event").as_object(), text_at(entry, "type"), text_at(entry, "transcript"), text_at(entry, "sequence")});
  }
  return entries;
}

bool is_one_message(const std::vector<LogEntry>& entries) {
  return !entries.empty() && std::ranges::all_of(entries, [id = entries.front().message_id()](const LogEntry& one) { return one.message_id() == id; });
}

/// The part of a query that a server compares; `ascending=no` makes `end` the older bound.
std::string events_path(const std::string& domain, const LogCondition& condition) {
  std::string path = fmt::format("/v3/{}/events?ascending=no&limit={}", net::http::percent_encode(domain), LogSource::kPageMax);
  for (const LogCondition::Parameter& one : condition.parameters()) path += fmt::format("&{}={}", one.name, net::http::percent_encode(one.text));
  if (condition.begin() > 0) path += fmt::format("&end={:.6f}", static_cast<double>(condition.begin()) / 1e6);
  if (condition.end() != INT64_MAX) path += fmt::format("&begin={:.6f}", static_cast<double>(condition.end()) / 1e6);
  return path;
}

}  // namespace

Result<LogSource> LogSource::of(const LogArguments& arguments) {
  LogSource source;
  const bool local = !arguments.store.config.empty() || !arguments.store.data_dir.empty();
  if (!local && Remote::is_named(arguments.remote)) {
    ASSIGN_OR_RETURN(source.remote_, Remote::at(arguments.remote));
    RETURN_IF_ERROR(source.find_domains(arguments.domain));
    return source;
  }
  ASSIGN_OR_RETURN(source.data_dir_, find_store(arguments.store));
  return source;
}

Result<LogSource::Found> LogSource::newest(const LogQuery& query, std::size_t limit, bool wants_story) {
  Found found;
  if (remote_ == nullptr) {
    ASSIGN_OR_RETURN(const json::object answer, ask_local(query, {{"limit", std::to_string(limit)}, {"story", wants_story ? "yes" : ""}}));
    found.entries = entries_of(answer);
    found.story = answer.at("story").as_bool();
    return found;
  }
  ASSIGN_OR_RETURN(found.entries, newest_remote(query, {kRemoteReadMax, limit, wants_story}));
  found.cut = cut_;
  found.story = wants_story && is_one_message(found.entries);
  if (found.story) {
    const std::string id = found.entries.front().message_id();
    LogArguments whole;
    whole.query = {"msgid:" + id};
    ASSIGN_OR_RETURN(const LogQuery of_message, LogQuery::parse(whole, {}));
    ASSIGN_OR_RETURN(found.entries, newest_remote(of_message, {kRemoteReadMax, SIZE_MAX}));
    std::ranges::reverse(found.entries);
  } else if (found.entries.size() > limit) {
    found.entries.resize(limit);
  }
  return found;
}

Result<std::vector<LogEntry>> LogSource::next(const LogQuery& query, bool from_now) {
  if (remote_ != nullptr) return next_remote(query, from_now);
  ASSIGN_OR_RETURN(const json::object answer,
                   ask_local(query, {{"limit", from_now ? "1" : std::to_string(kReadMax)}, {"after", std::to_string(reached_)}}));
  std::vector<LogEntry> entries = from_now ? std::vector<LogEntry>{} : entries_of(answer);
  // A full answer may have been cut off: what is behind its last event has not been looked at.
  reached_ = entries.size() < kReadMax ? answer.at("last").as_int64() : parse_int(entries.back().place).value_or(reached_);
  return entries;
}

Result<void> LogSource::find_domains(const std::string& wanted) {
  if (!wanted.empty()) {
    domains_ = {wanted};
    return {};
  }
  ASSIGN_OR_RETURN(const json::object answer, remote_->get(fmt::format("/v3/domains?limit={}", kDomainsMax)));
  for (const json::value& domain : answer.at("items").as_array()) domains_.push_back(text_at(domain.as_object(), "name"));
  return {};
}

Result<json::object> LogSource::ask_local(const LogQuery& query, const Control::Parameters& more) {
  Control::Parameters parameters = more;
  for (std::string term : query.terms()) {
    std::ranges::replace(term, '\n', ' ');
    parameters["terms"] += term + "\n";
  }
  ASSIGN_OR_RETURN(const std::string answer, ask_store(data_dir_, "log", parameters));
  return json::parse(answer).as_object();
}

Result<std::vector<LogEntry>> LogSource::newest_remote(const LogQuery& query, Bounds bounds) {
  cut_.clear();
  std::vector<LogEntry> entries;
  for (const std::string& domain : domains_) {
    std::vector<LogEntry> of_domain;
    RETURN_IF_ERROR(read_domain(domain, query, bounds, of_domain));
    std::ranges::move(of_domain, std::back_inserter(entries));
  }
  newest_first(entries);
  return entries;
}

/// What matches, newest first.
Result<void> LogSource::read_domain(const std::string& domain, const LogQuery& query, Bounds bounds, std::vector<LogEntry>& into) {
  std::string path = events_path(domain, query.condition());
  for (std::size_t read = 0; read < bounds.read_max;) {
    ASSIGN_OR_RETURN(const json::object page, remote_->get(path));
    const json::array& items = page.at("items").as_array();
    for (const json::value& item : items) {
      const json::object& event = item.as_object();
      LogEntry entry{event, text_at(event, "event"), {}, text_at(event, "id")};
      if (query.matches(entry)) into.push_back(std::move(entry));
    }
    read += items.size();
    const bool enough = into.size() >= bounds.enough && !(bounds.of_several && is_one_message(into));
    if (items.size() < kPageMax || enough) return {};
    ASSIGN_OR_RETURN(path, Remote::path_of(text_at(page.at("paging").as_object(), "next")));
  }
  cut_.push_back(domain);
  return {};
}

Result<std::vector<LogEntry>> LogSource::next_remote(const LogQuery& query, bool from_now) {
  ASSIGN_OR_RETURN(std::vector<LogEntry> all, newest_remote(query, {kReadMax, SIZE_MAX}));
  std::ranges::reverse(all);
  std::set<std::string> now;
  std::vector<LogEntry> fresh;
  for (LogEntry& entry : all) {
    now.insert(entry.place);
    if (!from_now && !seen_.contains(entry.place)) fresh.push_back(std::move(entry));
  }
  seen_ = std::move(now);
  return fresh;
}

}  // namespace postroad::app
