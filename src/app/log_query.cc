#include "app/log_query.h"

#include <fmt/format.h>

#include <cmath>

#include "app/remote.h"

namespace postroad::app {
namespace {

std::string header_of(const boost::json::object& event, std::string_view name) {
  const boost::json::object* message = object_at(event, "message");
  const boost::json::object* headers = message == nullptr ? nullptr : object_at(*message, "headers");
  return headers == nullptr ? std::string() : text_at(*headers, name);
}

}  // namespace

double LogEntry::time() const { return number_at(event, "timestamp"); }
std::string LogEntry::message_id() const { return header_of(event, "message-id"); }
std::string LogEntry::subject() const { return header_of(event, "subject"); }

Result<LogQuery> LogQuery::parse(const LogArguments& arguments, WallTime now) {
  LogQuery query;
  query.terms_ = arguments.query;
  if (!arguments.event.empty()) query.terms_.push_back("event:" + arguments.event);
  ASSIGN_OR_RETURN(query.condition_, LogCondition::parse(query.terms_, now));
  if (arguments.since.empty()) return query;
  const std::optional<std::chrono::seconds> age = parse_duration(arguments.since);
  if (!age) return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("--since: {} is no time such as 1h", arguments.since));
  query.since(now - *age);
  return query;
}

void LogQuery::since(WallTime time) {
  condition_.since(time);
  terms_.push_back(fmt::format("after:{:.6f}", std::chrono::duration<double>(time.time_since_epoch()).count()));
}

bool LogQuery::matches(const LogEntry& entry) const {
  const auto moment = std::llround(entry.time() * 1e6);
  if (moment < condition_.begin() || moment > condition_.end()) return false;
  search::EventFields fields;
  const std::string body = boost::json::serialize(entry.event);
  fields.set(body);
  return condition_.matches(fields, {});
}

void Waiting::pause(std::chrono::milliseconds length) {
  machine_.executor().run_on(0, machine_.world().timers.sleep_until(mono() + length));
}

}  // namespace postroad::app
