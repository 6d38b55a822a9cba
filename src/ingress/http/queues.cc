// A domain's queue (contract/sending.md §4).
#include "base/json_writer.h"
#include "ingress/http/routes.h"

namespace postroad::ingress::http {

asio::awaitable<Response> get_sending_queues(Call& call) {
  const Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain && domain.error().code == ErrorCode::kNotFound) co_return net::http::error(404, "Domain not found");
  if (!domain) co_return error_of(domain.error());
  const bool disabled = (*domain)->state != account::DomainState::kActive;
  JsonWriter json;
  json.begin_object();
  for (const std::string_view queue : {"regular", "scheduled"}) {
    json.key(queue).begin_object().field("is_disabled", disabled).end_object();
  }
  json.end_object();
  co_return net::http::json(200, json.take());
}

asio::awaitable<Response> delete_envelopes(Call& call) {
  const Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain && domain.error().code == ErrorCode::kNotFound) co_return net::http::error(404, "domain not found");
  if (!domain) co_return error_of(domain.error());
  const Result<std::int64_t> canceled = co_await call.parts().cancellation.cancel_all((*domain)->id);
  if (!canceled) co_return error_of(canceled.error());
  co_return net::http::json(200, R"({"message":"done"})");
}

}  // namespace postroad::ingress::http
