#include "ingress/http/routes.h"

namespace postroad::ingress::http {

/// Two clients read exactly this text as "your base URL is wrong", so no other path may answer it. A browser in the
/// sandbox gets the inbox instead.
asio::awaitable<Response> get_root(Call& call) {
  const bool browser = call.request.header("Accept").find("text/html") != std::string_view::npos;
  if (browser && call.api.options().inbox) co_return co_await get_page(call);
  co_return net::http::text(200, "Mailgun Magnificent API");
}

asio::awaitable<Response> get_health(Call& call) {
  if (!call.parts().store.writable()) co_return net::http::error(503, "the store takes no mail");
  co_return net::http::json(200, R"({"status":"ok"})");
}

}  // namespace postroad::ingress::http
