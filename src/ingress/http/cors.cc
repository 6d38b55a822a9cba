#include "ingress/http/cors.h"

#include <algorithm>

namespace postroad::ingress::http {
namespace {

constexpr char kRemembered[] = "600";  ///< Seconds that a browser keeps the answer to a preflight.

std::string allowed_methods(const net::http::Response& response) {
  for (const net::http::ResponseHeader& header : response.headers) {
    if (header.name == "Allow") return header.value;
  }
  return "GET, POST, PUT, DELETE, OPTIONS";
}

}  // namespace

void allow_origin(const std::vector<std::string>& origins, const net::http::Request& request, net::http::Response& response) {
  const std::string_view origin = request.header("Origin");
  if (origins.empty() || origin.empty()) return;
  const bool any = std::ranges::find(origins, "*") != origins.end();
  response.headers.push_back({"Vary", "Origin"});
  if (!any && std::ranges::find(origins, origin) == origins.end()) return;
  response.headers.push_back({"Access-Control-Allow-Origin", any ? "*" : std::string(origin)});
  response.headers.push_back({"Access-Control-Expose-Headers", "X-Request-Id, Retry-After"});
  if (request.method != "OPTIONS") return;
  response.headers.push_back({"Access-Control-Allow-Methods", allowed_methods(response)});
  response.headers.push_back({"Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, X-Mailgun-Idempotency-Key, X-Request-Id"});
  response.headers.push_back({"Access-Control-Max-Age", kRemembered});
}

}  // namespace postroad::ingress::http
