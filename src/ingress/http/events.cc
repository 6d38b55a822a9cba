// GET /v3/{domain}/events and its pages, and the log of older clients (contract/events.md §1 and §4).
#include <fmt/format.h>

#include <algorithm>

#include "base/json_writer.h"
#include "base/text.h"
#include "ingress/http/event_query.h"
#include "ingress/http/routes.h"
#include "mail/date.h"
#include "net/http/percent.h"

namespace postroad::ingress::http {
namespace {

using Page = std::vector<search::EventRow>;

/// The four places round a page.
std::string links(const PageToken& token, const Page& page, const std::string& url) {
  const auto link = [&url](const PageToken& there) { return fmt::format("{}/{}", url, there.text()); };
  JsonWriter json;
  json.begin_object().field("next", link(token.next_of(page))).field("previous", link(token.previous_of(page)));
  json.field("first", link(token.at(PageToken::Where::kFirst, 0))).field("last", link(token.at(PageToken::Where::kLast, 0)));
  json.end_object();
  return json.take();
}

std::shared_ptr<const search::Condition> condition_of(const events::Filter& filter) {
  return std::make_shared<search::FilterCondition>(filter);  // Shared with the thread that searches.
}

asio::awaitable<Response> show_page(Call& call, const account::DomainPtr& domain, const PageToken& token) {
  search::Query query = token.query({domain->id});
  Result<Page> page = co_await call.parts().search.find(std::move(query), condition_of(token.filter));
  if (!page) co_return error_of(page.error());
  if (token.reversed()) std::ranges::reverse(*page);
  JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const search::EventRow& event : *page) {
    json.raw(events::with_timestamp(event.body, WallTime{std::chrono::microseconds{event.time}}));
  }
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

constexpr std::int64_t kLogLimitMax = 300;
constexpr std::int64_t kLogReachMax = 10'000;  ///< limit and skip together

void add_log_item(JsonWriter& json, const search::EventRow& row, search::EventFields& event) {
  event.set(row.body);
  std::string hap(event.text({"event"}));
  std::string text = hap;
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  text += fmt::format(": {} \u2192 {} '{}'", event.text({"envelope", "sender"}), event.text({"recipient"}), event.text({"message", "headers", "subject"}));
  if (const std::string_view reply = event.text({"delivery-status", "message"}); !reply.empty()) text += fmt::format(" Server response: {}", reply);
  const std::chrono::sys_seconds at = std::chrono::floor<std::chrono::seconds>(WallTime{std::chrono::microseconds{row.time}});
  json.begin_object().field("hap", hap).field("created_at", mail::format_date_gmt(at)).field("type", event.text({"log-level"}));
  json.field("message", text).field("message_id", event.text({"message", "headers", "message-id"})).end_object();
}

Result<std::int64_t> read_count(const net::http::Request& request, std::string_view name, std::int64_t otherwise, std::int64_t most) {
  const std::string* text = request.parameter(name);
  if (text == nullptr) return otherwise;
  const std::optional<std::int64_t> number = parse_int(*text);
  if (!number || *number < 0 || *number > most) return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{} must be between 0 and {}", name, most));
  return *number;
}

}  // namespace

asio::awaitable<Response> list_events(Call& call) {
  if (const std::string* token = call.request.parameter("page")) co_return co_await show_token(call, *token);
  const Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain) co_return unknown_domain(domain.error());
  const Result<PageToken> token = read_event_query(call.request);
  if (!token) co_return error_of(token.error());
  co_return co_await show_page(call, *domain, *token);
}

asio::awaitable<Response> get_event_page(Call& call) { co_return co_await show_token(call, call.captured[1]); }

asio::awaitable<Response> list_log(Call& call) {
  const Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain) co_return unknown_domain(domain.error());
  const Result<std::int64_t> limit = read_count(call.request, "limit", 100, kLogLimitMax);
  const Result<std::int64_t> skip = read_count(call.request, "skip", 0, kLogReachMax);
  if (!limit) co_return error_of(limit.error());
  if (!skip) co_return error_of(skip.error());
  if (*limit + *skip > kLogReachMax) co_return net::http::error(400, fmt::format("limit and skip must not exceed {} together", kLogReachMax));
  search::Query query{.domains = {(*domain)->id}};
  query.limit = static_cast<std::size_t>(*limit + *skip);
  search::Query whole = query;
  Result<std::int64_t> total = co_await call.parts().search.count(std::move(whole), condition_of({}));
  if (!total) co_return error_of(total.error());
  Result<Page> page = Page{};
  if (query.limit > 0) page = co_await call.parts().search.find(std::move(query), condition_of({}));
  if (!page) co_return error_of(page.error());
  search::EventFields fields;
  JsonWriter json;
  json.begin_object().field("total_count", *total).key("items").begin_array();
  for (std::size_t i = static_cast<std::size_t>(*skip); i < page->size(); ++i) add_log_item(json, (*page)[i], fields);
  json.end_array().end_object();
  co_return net::http::json(200, json.take());
}

}  // namespace postroad::ingress::http
