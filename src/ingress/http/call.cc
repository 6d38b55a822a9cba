#include "ingress/http/call.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"

namespace postroad::ingress::http {
namespace {

/// Far beyond what the least rate of a body allows for its size; only ends the absurd.
constexpr std::chrono::minutes kFormMax{60};

}  // namespace

asio::awaitable<net::http::Outcome<net::http::Form>> Call::read_form() {
  const Deadline deadline = parts().clock.mono() + kFormMax;
  return net::http::read_form(request, body, api.options().form, api.memory(), deadline);
}

asio::awaitable<Result<account::DomainPtr>> Call::domain(std::size_t index) {
  std::string name = captured[index];
  Result<account::DomainPtr> domain = co_await parts().access.domain_named(std::move(name));
  const bool hidden = domain && caller.domain && *caller.domain != (*domain)->id;
  if (hidden) co_return fail_permanent(ErrorCode::kNotFound, fmt::format("Domain not found: {}", captured[index]));
  co_return domain;
}

std::string Call::base_url() const {
  std::string url = api.options().public_url;
  if (url.empty()) url = fmt::format("{}://{}", request.tls ? "https" : "http", request.header("Host"));
  while (url.ends_with('/')) url.pop_back();
  return url;
}

const std::string* Parameters::find(std::string_view name) const {
  const std::string* in_body = form_.value(name);
  return in_body != nullptr ? in_body : request_.parameter(name);
}

std::string Parameters::value(std::string_view name) const {
  const std::string* found = find(name);
  return found != nullptr ? *found : std::string();
}

Response error_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kConflict:
    case ErrorCode::kUnauthorized: return net::http::error(400, error.detail);
    case ErrorCode::kNotFound: return net::http::error(404, error.detail);
    case ErrorCode::kTooLarge: return net::http::error(413, error.detail);
    default: break;
  }
  log::error("http_call_failed", {{"error", error.detail}});
  if (error.permanence == Permanence::kTransient || error.code == ErrorCode::kShuttingDown) {
    return net::http::error(503, "the server cannot take this now; try again");
  }
  return net::http::error(500, "Internal Server Error");
}

}  // namespace postroad::ingress::http
