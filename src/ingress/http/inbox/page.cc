// The page itself: files of src/ingress/http/page, compiled in (cmake/page_assets.py).
#include <fmt/format.h>

#include <algorithm>

#include "ingress/http/inbox/page_assets.h"
#include "ingress/http/routes.h"

namespace postroad::ingress::http {
namespace {

constexpr std::string_view kIndex = "index.html";
constexpr std::string_view kPagePolicy =
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

Response asset(const Call& call, std::string_view name) {
  const auto found = std::ranges::find(inbox::page_assets(), name, &inbox::PageAsset::name);
  if (call.api.inbox() == nullptr || found == inbox::page_assets().end()) return net::http::error(404, "Not Found");
  Response response = net::http::text(200, "");
  response.content_type = found->content_type;
  response.headers.push_back({"ETag", fmt::format("\"{}\"", found->digest)});
  response.headers.push_back({"Cache-Control", "no-cache"});  // Asked again each time, answered with 304.
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.headers.push_back({"Referrer-Policy", "no-referrer"});
  response.headers.push_back({"Content-Security-Policy", std::string(kPagePolicy)});
  if (call.request.header("If-None-Match").find(found->digest) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  if (call.request.header("Accept-Encoding").find("gzip") != std::string_view::npos) {
    response.headers.push_back({"Content-Encoding", "gzip"});
    response.body = found->gzipped;
  } else {
    response.body = found->plain;
  }
  return response;
}

}  // namespace

asio::awaitable<Response> get_page(Call& call) { co_return asset(call, kIndex); }

asio::awaitable<Response> get_page_asset(Call& call) { co_return asset(call, call.captured.at(0)); }

}  // namespace postroad::ingress::http
