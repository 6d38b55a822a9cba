#include "ingress/http/logs_request.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>

#include "admission/options.h"
#include "base/text.h"
#include "ingress/http/event_query.h"

namespace postroad::ingress::http {
namespace {

constexpr std::size_t kNamesMax = 100;  ///< Of `events` and `metric_events`, each.
constexpr std::int64_t kDurationCountMax = 10'000;

std::unexpected<Error> refuse(std::string text) { return fail_permanent(ErrorCode::kInvalidArgument, std::move(text)); }

/// A date of the body; clients send "" and Go's zero time, year 1, for none.
Result<std::optional<std::int64_t>> read_date(const net::http::Form& form, std::string_view name) {
  const std::string* text = form.value(name);
  if (text == nullptr || text->find(" 0001 ") != std::string::npos || text->starts_with("0001-")) return std::nullopt;
  ASSIGN_OR_RETURN(const std::int64_t time, read_time(name, *text));
  return time;
}

/// "1d", "12h", "2w", "1m": days, hours, weeks, months of 30 days.
Result<std::chrono::hours> read_duration(std::string_view text) {
  const std::optional<std::int64_t> count = parse_int(text.substr(0, text.empty() ? 0 : text.size() - 1));
  const char unit = text.empty() ? ' ' : text.back();
  const int hours = unit == 'h' ? 1 : unit == 'd' ? 24 : unit == 'w' ? 7 * 24 : unit == 'm' ? 30 * 24 : 0;
  if (!count || *count < 1 || *count > kDurationCountMax || hours == 0) {
    return refuse(fmt::format("duration: '{}' is not a number and one of h, d, w, m", text));
  }
  return std::chrono::hours(*count * hours);
}

Result<void> read_range(const net::http::Form& form, WallTime now, PageToken& page) {
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> start, read_date(form, "start"));
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> end, read_date(form, "end"));
  page.end = end.value_or(now.time_since_epoch().count());
  const auto before_end = [&](std::chrono::microseconds span) { return page.end - span.count(); };
  if (const std::string* duration = form.value("duration")) {
    ASSIGN_OR_RETURN(const std::chrono::hours span, read_duration(*duration));
    page.begin = before_end(span);
  } else {
    page.begin = start.value_or(before_end(LogsRequest::kSpan));
  }
  if (page.begin > page.end) return refuse("start is after end");
  return {};
}

Result<boost::json::value> parse_json(std::string_view name, const std::string& text) {
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(text, error);
  if (error || !value.is_object()) return refuse(fmt::format("{} is no object", name));
  return value;
}

std::string text_at(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Result<void> read_pagination(const std::string& text, PageToken& page) {
  ASSIGN_OR_RETURN(const boost::json::value parsed, parse_json("pagination", text));
  const boost::json::object& object = parsed.get_object();
  const std::string sort = text_at(object, "sort");
  if (!sort.empty() && sort != "timestamp:asc" && sort != "timestamp:desc") return refuse(fmt::format("pagination.sort: '{}' is neither timestamp:asc nor timestamp:desc", sort));
  page.ascending = sort == "timestamp:asc";
  if (const boost::json::value* limit = object.if_contains("limit"); limit != nullptr && !limit->is_null()) {
    const bool sane = limit->is_int64() && limit->get_int64() >= 0 && limit->get_int64() <= LogsRequest::kLimitMax;
    if (!sane) return refuse(fmt::format("pagination.limit must be between 1 and {}", LogsRequest::kLimitMax));
    if (limit->get_int64() > 0) page.limit = static_cast<int>(limit->get_int64());
  }
  const std::string token = text_at(object, "token");
  if (token.empty()) return {};
  const std::optional<PageToken> there = PageToken::parse(token);
  if (!there || !there->filter.empty()) return refuse("pagination.token is none of ours");
  const int limit = page.limit;
  page = *there;
  page.limit = limit;
  return {};
}

}  // namespace

Result<LogsRequest> read_logs_request(const net::http::Form& form, account::DirectoryPtr directory, WallTime now) {
  LogsRequest request;
  request.page.limit = LogsRequest::kLimit;
  RETURN_IF_ERROR(read_range(form, now, request.page));
  if (const std::string* text = form.value("pagination")) RETURN_IF_ERROR(read_pagination(*text, request.page));
  auto condition = std::make_shared<LogsCondition>(std::move(directory));
  std::size_t names = 0;
  for (const net::http::Field& field : form.fields) {
    if (field.value.empty() || (field.name != "events" && field.name != "metric_events")) continue;
    if (++names > 2 * kNamesMax) return refuse("too many events");
    if (field.name == "events") RETURN_IF_ERROR(condition->add_event(field.value));
    if (field.name == "metric_events") RETURN_IF_ERROR(condition->add_metric(field.value));
  }
  if (const std::string* text = form.value("filter")) {
    ASSIGN_OR_RETURN(const boost::json::value filter, parse_json("filter", *text));
    RETURN_IF_ERROR(condition->add_filter(filter));
  }
  if (const std::string* totals = form.value("include_totals")) request.include_totals = admission::parse_switch(*totals).value_or(false);
  request.condition = std::move(condition);
  return request;
}

}  // namespace postroad::ingress::http
