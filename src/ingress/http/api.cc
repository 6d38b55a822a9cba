#include "ingress/http/api.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "ingress/http/cors.h"
#include "ingress/http/router.h"
#include "net/endpoint.h"

namespace postroad::ingress::http {
namespace {

/// 401: the word alone on most paths, JSON where the contract has it (contract/accounts-keys-limits.md §1).
Response unauthorized(const net::http::Request& request) {
  const bool as_json = !request.segments.empty() && (request.segments[0] == "v4" || request.segments[0] == "v1");
  Response response = as_json ? net::http::error(401, "Invalid private key") : net::http::text(401, "Forbidden");
  response.headers.push_back({"WWW-Authenticate", "Basic realm=\"MG API\""});
  return response;
}

Response without_tls() {
  Response response = net::http::error(426, "this server answers over TLS only: use https:// and, if a key was sent, make a new one");
  response.headers.push_back({"Upgrade", "TLS/1.2, HTTP/1.1"});  // RFC 2817 §4.2
  response.headers.push_back({"Connection", "Upgrade"});
  response.close = true;
  return response;
}

Response without_route(const Match& match, std::string_view method) {
  if (match.methods.empty()) return net::http::error(404, "Not Found");
  const bool options = method == "OPTIONS";
  Response response = options ? net::http::text(204, "") : net::http::error(405, "Method Not Allowed");
  std::string allowed = fmt::format("{}, OPTIONS", fmt::join(match.methods, ", "));
  if (std::ranges::find(match.methods, "GET") != match.methods.end()) allowed += ", HEAD";
  response.headers.push_back({"Allow", std::move(allowed)});
  return response;
}

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, std::min(host.find(']'), host.size() - 1) + 1);
  return host.substr(0, host.rfind(':'));
}

}  // namespace

Api::Api(const Parts& parts, ApiOptions options)
    : parts_(parts), options_(std::move(options)), memory_(options_.body_memory_bytes_max), hints_(parts.clock) {
  if (!options_.inbox) return;
  inbox_ = std::make_unique<inbox::Inbox>(
      inbox::Inbox::Parts{parts.clock, parts.timers, parts.executor, parts.store, parts.spool, parts.journal});
}

bool Api::is_known_host(const net::http::Request& request) const {
  if (options_.hosts.empty()) return true;
  const std::string_view host = without_port(request.header("Host"));
  return std::ranges::any_of(options_.hosts, [&](const std::string& known) { return ascii_iequals(known, host); });
}

asio::awaitable<net::http::Response> Api::handle(net::http::Request& request, net::http::Body& body) {
  Response response = co_await answer(request, body);
  allow_origin(options_.cors_origins, request, response);
  co_return response;
}

asio::awaitable<net::http::Response> Api::answer(net::http::Request& request, net::http::Body& body) {
  // Before the key is looked at: it has been on the wire in clear, and whoever sent it must hear so.
  if (options_.require_tls && !request.tls && !net::is_loopback(request.peer)) co_return without_tls();
  if (!is_known_host(request)) co_return net::http::error(421, "this server does not answer for that Host");
  Match found = match(routes(), request.method, request.segments);
  const std::string hint = found.doubled_version ? hints_.hint_for(request) : std::string();
  if (!hint.empty()) log::warn("http_doubled_version", {{"client", request.peer.address}, {"path", request.path}, {"hint", hint}});
  if (found.route == nullptr) co_return without_route(found, request.method);
  Call call{*this, request, body, Caller{}, std::move(found.captured)};
  if (found.route->need != Need::kNothing) {
    const std::optional<std::string> key = key_of(request.header("Authorization"));
    std::optional<Caller> caller = key ? parts_.access.authenticate(*key) : std::nullopt;
    if (!caller) co_return unauthorized(request);
    if (!may(*caller, found.route->need)) co_return net::http::error(403, "Forbidden");
    call.caller = std::move(*caller);
  }
  Response response = co_await found.route->handle(call);
  if (!hint.empty()) response.headers.push_back({"X-Postroad-Hint", hint});
  co_return response;
}

}  // namespace postroad::ingress::http
