#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingress/http/call.h"

namespace postroad::ingress::http {

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< "/v3/{}/messages"; `{}` stands for one segment.
  Need need;
  asio::awaitable<Response> (*handle)(Call& call);
};

/// What a path came to.
struct Match {
  const Route* route = nullptr;        ///< Null: unknown path, or a method it does not have.
  std::vector<std::string> captured;
  bool doubled_version = false;           ///< The path began with two versions.
  std::vector<std::string_view> methods;  ///< Of every route with this path; empty: unknown path.
};

/// Forgives base URLs that already end in a version ("/v3/v3/domains", "/v3/v4/domains"). Segments come decoded and
/// without empty ones, so doubled and trailing slashes are forgiven already. HEAD goes to GET's route; among several
/// that match, the one with more literal segments wins.
Match match(std::span<const Route> routes, std::string_view method, const std::vector<std::string>& segments);

/// Every route of the API.
std::span<const Route> routes();

}  // namespace postroad::ingress::http
