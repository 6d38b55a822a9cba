// POST /v1/analytics/logs (contract/events.md §3): the log of all domains, in the shape of the newer API.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/json_writer.h"
#include "ingress/http/logs_request.h"
#include "ingress/http/routes.h"
#include "mail/date.h"

namespace postroad::ingress::http {
namespace {

constexpr std::string_view kAccount = "postroad";  ///< There is one account.

std::string rfc3339(std::int64_t wall_microseconds) {
  const std::int64_t seconds = wall_microseconds / 1'000'000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), wall_microseconds / 1000 % 1000);
}

std::string rfc2822(std::int64_t wall_microseconds) {
  return mail::format_date(std::chrono::floor<std::chrono::seconds>(WallTime{std::chrono::microseconds{wall_microseconds}}));
}

/// What differs from the v3 log: the time, user variables as a text, storage.url as a list, routes as one object.
boost::json::object item_of(const search::EventRow& row, const account::Directory& directory) {
  boost::json::error_code error;
  boost::json::value body = boost::json::parse(row.body, error);
  boost::json::object item = error || !body.is_object() ? boost::json::object() : std::move(body.get_object());
  item["@timestamp"] = rfc3339(row.time);
  item["account"] = boost::json::object{{"id", kAccount}};
  if (const account::DomainPtr domain = directory.domain(row.domain)) item["domain"] = boost::json::object{{"name", domain->name}};
  boost::json::value* variables = item.if_contains("user-variables");
  if (variables != nullptr) *variables = boost::json::serialize(*variables);
  boost::json::value* storage = item.if_contains("storage");
  boost::json::value* url = storage != nullptr && storage->is_object() ? storage->get_object().if_contains("url") : nullptr;
  if (url != nullptr) *url = boost::json::array{*url};
  boost::json::value* routes = item.if_contains("routes");
  if (routes != nullptr && routes->is_array() && !routes->get_array().empty()) {
    boost::json::value first = routes->get_array().front();
    *routes = std::move(first);
  }
  return item;
}

Response render(const LogsRequest& request, const std::vector<search::EventRow>& page, std::optional<std::int64_t> total,
                const account::Directory& directory) {
  JsonWriter json;
  json.begin_object().field("start", rfc2822(request.page.begin)).field("end", rfc2822(request.page.end));
  json.key("items").begin_array();
  for (const search::EventRow& row : page) json.raw(boost::json::serialize(item_of(row, directory)));
  json.end_array().key("pagination").begin_object();
  json.field("previous", request.page.previous_of(page).text()).field("next", request.page.next_of(page).text());
  json.field("first", request.page.at(PageToken::Where::kFirst, 0).text());
  json.field("last", request.page.at(PageToken::Where::kLast, 0).text());
  if (total) json.field("total", *total);
  json.end_object().key("aggregates").begin_object();
  if (total) json.field("all", *total);
  json.key("metrics").begin_object().end_object().end_object().end_object();
  return net::http::json(200, json.take());
}

}  // namespace

asio::awaitable<Response> post_analytics_logs(Call& call) {
  const net::http::Outcome<net::http::Form> form = co_await call.read_form();
  if (!form) co_return net::http::error(form.error());
  const account::DirectoryPtr directory = call.parts().accounts.directory();
  const Result<LogsRequest> request = read_logs_request(*form, directory, call.parts().clock.wall());
  if (!request) co_return error_of(request.error());
  std::vector<DomainId> domains;
  if (call.caller.domain) domains.push_back(*call.caller.domain);
  search::Query query = request->page.query(domains);
  Result<std::vector<search::EventRow>> page = co_await call.parts().search.find(std::move(query), request->condition);
  if (!page) co_return error_of(page.error());
  if (request->page.reversed()) std::ranges::reverse(*page);
  std::optional<std::int64_t> total;
  if (request->include_totals) {
    search::Query whole = request->page.at(PageToken::Where::kFirst, 0).query(domains);
    Result<std::int64_t> counted = co_await call.parts().search.count(std::move(whole), request->condition);
    if (!counted) co_return error_of(counted.error());
    total = *counted;
  }
  co_return render(*request, *page, total, *directory);
}

}  // namespace postroad::ingress::http
