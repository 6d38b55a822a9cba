#include "app/log_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/remote.h"
#include "base/text.h"

namespace postroad::app {
namespace {

std::string header_of(const boost::json::object& event, std::string_view name) {
  const boost::json::object* message = object_at(event, "message");
  const boost::json::object* headers = message == nullptr ? nullptr : object_at(*message, "headers");
  return headers == nullptr ? std::string() : text_at(*headers, name);
}

bool contains(std::string_view text, std::string_view lower) { return ascii_lower(text).find(lower) != std::string::npos; }

}  // namespace

double LogEntry::time() const { return number_at(event, "timestamp"); }
std::string LogEntry::message_id() const { return header_of(event, "message-id"); }
std::string LogEntry::subject() const { return header_of(event, "subject"); }

Result<LogQuery> LogQuery::parse(const LogArguments& arguments, WallTime now) {
  constexpr std::array<std::pair<std::string_view, Field>, 4> kFields{
      {{"to:", Field::kTo}, {"from:", Field::kFrom}, {"subject:", Field::kSubject}, {"event:", Field::kEvent}}};
  LogQuery query;
  for (const std::string& word : arguments.query) {
    Term term{.text = ascii_lower(word)};
    for (const auto& [prefix, field] : kFields) {
      if (term.field != Field::kAny || !term.text.starts_with(prefix)) continue;
      term.field = field;
      term.text.erase(0, prefix.size());
    }
    if (!term.text.empty()) query.terms_.push_back(std::move(term));
  }
  if (!arguments.event.empty()) query.terms_.push_back({Field::kEvent, ascii_lower(arguments.event)});
  if (arguments.since.empty()) return query;
  const std::optional<std::chrono::seconds> age = parse_duration(arguments.since);
  if (!age) return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("--since: {} is no time such as 1h", arguments.since));
  query.since_ = now - *age;
  return query;
}

bool LogQuery::holds(const Term& term, const LogEntry& entry) {
  switch (term.field) {
    case Field::kTo: return contains(text_at(entry.event, "recipient"), term.text) || contains(header_of(entry.event, "to"), term.text);
    case Field::kFrom: return contains(header_of(entry.event, "from"), term.text);
    case Field::kSubject: return contains(entry.subject(), term.text);
    case Field::kEvent: return entry.type == term.text;
    case Field::kAny: return contains(boost::json::serialize(entry.event), term.text);
  }
  return false;
}

bool LogQuery::matches(const LogEntry& entry) const {
  if (since_ && entry.time() < std::chrono::duration<double>(since_->time_since_epoch()).count()) return false;
  return std::ranges::all_of(terms_, [&entry](const Term& term) { return holds(term, entry); });
}

/// The longest, where JSON and the store's comparison take it as it is.
std::string LogQuery::hint() const {
  std::string longest;
  for (const Term& term : terms_) {
    const bool plain = std::ranges::all_of(term.text, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view("@.-_+ ").find(c) != std::string_view::npos;
    });
    if (plain && term.text.size() > longest.size()) longest = term.text;
  }
  return longest;
}

void Waiting::pause(std::chrono::milliseconds length) {
  machine_.executor().run_on(0, machine_.world().timers.sleep_until(mono() + length));
}

}  // namespace postroad::app
