#include "ingress/http/event_query.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "admission/options.h"
#include "base/text.h"
#include "mail/date.h"

namespace postroad::ingress::http {
namespace {

constexpr double kSecondsMax = 1e11;

std::unexpected<Error> refuse(std::string text) { return fail_permanent(ErrorCode::kInvalidArgument, std::move(text)); }

Result<std::optional<std::int64_t>> read_bound(const net::http::Request& request, std::string_view name) {
  const std::string* text = request.parameter(name);
  if (text == nullptr) return std::nullopt;
  ASSIGN_OR_RETURN(const std::int64_t time, read_time(name, *text));
  return time;
}

Result<std::optional<bool>> read_ascending(const net::http::Request& request) {
  const std::string* text = request.parameter("ascending");
  if (text == nullptr) return std::nullopt;
  const std::optional<bool> ascending = admission::parse_switch(*text);
  if (!ascending) return refuse(fmt::format("ascending: '{}' is neither yes nor no", *text));
  return ascending;
}

/// Range and direction together: `end` before `begin` means newest first.
Result<void> read_range(const net::http::Request& request, PageToken& token) {
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> begin, read_bound(request, "begin"));
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> end, read_bound(request, "end"));
  ASSIGN_OR_RETURN(const std::optional<bool> ascending, read_ascending(request));
  if (begin && !end && !ascending) return refuse("begin without end needs the parameter ascending");
  token.ascending = ascending.value_or(false);
  if (begin && end) {
    const bool rising = *begin < *end;
    if (ascending && *begin != *end && *ascending != rising) return refuse("ascending contradicts begin and end");
    token.ascending = ascending.value_or(rising);
  }
  const std::optional<std::int64_t>& oldest = token.ascending ? begin : end;
  const std::optional<std::int64_t>& newest = token.ascending ? end : begin;
  token.begin = oldest.value_or(0);
  token.end = newest.value_or(INT64_MAX);
  return {};
}

}  // namespace

Result<std::int64_t> read_time(std::string_view name, std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc{} && end == text.data() + text.size() && seconds >= 0 && seconds < kSecondsMax) {
    return std::llround(seconds * 1e6);  // Six decimals, as timestamps have, come back whole.
  }
  const std::optional<mail::UnixSeconds> date = mail::parse_api_date(text);
  if (!date) return refuse(fmt::format("{}: '{}' is not a date", name, text));
  return std::chrono::microseconds(date->time_since_epoch()).count();
}

Result<PageToken> read_event_query(const net::http::Request& request) {
  PageToken token;
  RETURN_IF_ERROR(read_range(request, token));
  if (const std::string* limit = request.parameter("limit")) {
    const std::optional<std::int64_t> number = parse_int(*limit);
    if (!number || *number < 1 || *number > PageToken::kLimitMax) {
      return refuse(fmt::format("limit must be between 1 and {}", PageToken::kLimitMax));
    }
    token.limit = static_cast<int>(*number);
  }
  for (const net::http::Parameter& parameter : request.query) {
    const events::FilterName* const name = filter_named(parameter.name);
    if (name != nullptr && !parameter.value.empty()) RETURN_IF_ERROR(token.filter.add(*name, parameter.value));
  }
  return token;
}

}  // namespace postroad::ingress::http
