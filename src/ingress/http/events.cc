// GET /v3/{domain}/events (contract/events.md §1).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "admission/options.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "ingress/http/page_token.h"
#include "ingress/http/routes.h"
#include "mail/date.h"
#include "net/http/percent.h"

namespace postroad::ingress::http {
namespace {

constexpr std::int64_t kLimitMax = 300;
constexpr double kSecondsMax = 1e11;
constexpr std::array<std::string_view, 14> kFilters = {"event", "list", "attachment", "from", "message-id", "subject", "to",
                                                       "size", "recipient", "recipients", "tags", "tag", "severity",
                                                       "user-variables"};

std::unexpected<Error> refuse(std::string text) { return fail_permanent(ErrorCode::kInvalidArgument, std::move(text)); }

/// A bound of the range, in wall microseconds; epoch seconds may have a fraction.
Result<std::optional<std::int64_t>> read_time(const net::http::Request& request, std::string_view name) {
  const std::string* text = request.parameter(name);
  if (text == nullptr) return std::nullopt;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error == std::errc{} && end == text->data() + text->size() && seconds >= 0 && seconds < kSecondsMax) {
    return static_cast<std::int64_t>(seconds * 1e6);
  }
  const std::optional<mail::UnixSeconds> date = mail::parse_api_date(*text);
  if (!date) return refuse(fmt::format("{}: '{}' is not a date", name, *text));
  return std::chrono::microseconds(date->time_since_epoch()).count();
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
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> begin, read_time(request, "begin"));
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> end, read_time(request, "end"));
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

Result<PageToken> read_query(const net::http::Request& request) {
  PageToken token;
  for (const std::string_view filter : kFilters) {
    if (request.parameter(filter) != nullptr) return refuse(fmt::format("filter {} is not supported yet", filter));
  }
  RETURN_IF_ERROR(read_range(request, token));
  if (const std::string* limit = request.parameter("limit")) {
    const std::optional<std::int64_t> number = parse_int(*limit);
    if (!number || *number < 1 || *number > kLimitMax) return refuse("limit must be between 1 and 300");
    token.limit = static_cast<int>(*number);
  }
  return token;
}

/// The four places round a page, in the token's direction; an empty page leaves `next` and `previous` where it was.
std::string links(const PageToken& token, const std::vector<events::StoredEvent>& page, const std::string& url) {
  const auto link = [&](PageToken::Where where, std::int64_t position) {
    PageToken there = token;
    there.where = where;
    there.position = position;
    return fmt::format("{}/{}", url, there.text());
  };
  // Before anything: 0 ascending, the end of all descending.
  const std::int64_t start = token.ascending ? 0 : INT64_MAX;
  const std::int64_t finish = token.ascending ? INT64_MAX : 0;
  std::int64_t next = token.position;
  std::int64_t previous = token.position;
  if (token.where == PageToken::Where::kFirst) next = previous = start;
  if (token.where == PageToken::Where::kLast) next = previous = finish;
  if (page.empty()) {
    // A page after (or before) `position` has the same place on its other side, that place's own event included.
    if (token.where == PageToken::Where::kNext) previous = token.ascending ? next + 1 : next - 1;
    if (token.where == PageToken::Where::kPrevious) next = token.ascending ? previous - 1 : previous + 1;
  } else {
    previous = page.front().sequence;
    next = page.back().sequence;
  }
  JsonWriter json;
  json.begin_object().field("next", link(PageToken::Where::kNext, next));
  json.field("previous", link(PageToken::Where::kPrevious, previous));
  json.field("first", link(PageToken::Where::kFirst, 0)).field("last", link(PageToken::Where::kLast, 0)).end_object();
  return json.take();
}

asio::awaitable<Response> show_page(Call& call, const account::DomainPtr& domain, const PageToken& token) {
  Result<std::vector<events::StoredEvent>> page = co_await call.parts().journal.page(token.query(domain->id));
  if (!page) co_return error_of(page.error());
  if (token.reversed()) std::ranges::reverse(*page);
  JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const events::StoredEvent& event : *page) json.raw(events::with_timestamp(event.body, event.time));
  const std::string url = fmt::format("{}/v3/{}/events", call.base_url(), net::http::percent_encode(domain->name));
  json.end_array().key("paging").raw(links(token, *page, url)).end_object();
  co_return net::http::json(200, json.take());
}

Response unknown_domain(const Error& error) {
  if (error.code == ErrorCode::kNotFound) return net::http::error(404, "Domain not found");
  return error_of(error);
}

asio::awaitable<Response> show_token(Call& call, std::string_view text) {
  const Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain) co_return unknown_domain(domain.error());
  const std::optional<PageToken> token = PageToken::parse(text);
  if (!token) co_return net::http::error(400, "invalid page token");
  co_return co_await show_page(call, *domain, *token);
}

}  // namespace

asio::awaitable<Response> list_events(Call& call) {
  if (const std::string* token = call.request.parameter("page")) co_return co_await show_token(call, *token);
  const Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain) co_return unknown_domain(domain.error());
  const Result<PageToken> token = read_query(call.request);
  if (!token) co_return error_of(token.error());
  co_return co_await show_page(call, *domain, *token);
}

asio::awaitable<Response> get_event_page(Call& call) { co_return co_await show_token(call, call.captured[1]); }

}  // namespace postroad::ingress::http
