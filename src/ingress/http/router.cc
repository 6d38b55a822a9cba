#include "ingress/http/router.h"

#include <algorithm>

#include "base/text.h"

namespace postroad::ingress::http {
namespace {

constexpr std::string_view kAnySegment = "{}";

bool is_version(std::string_view segment) {
  return segment.size() == 2 && segment[0] == 'v' && segment[1] >= '1' && segment[1] <= '9';
}

/// How many segments match literally; nullopt: the pattern does not match.
std::optional<int> literal_matches(std::string_view pattern, std::span<const std::string> segments) {
  pattern.remove_prefix(1);
  if (pattern.empty()) return segments.empty() ? std::optional(0) : std::nullopt;
  const std::vector<std::string_view> wanted = split(pattern, '/');
  if (wanted.size() != segments.size()) return std::nullopt;
  int literal = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == kAnySegment) continue;
    if (wanted[i] != segments[i]) return std::nullopt;
    ++literal;
  }
  return literal;
}

std::vector<std::string> capture(std::string_view pattern, std::span<const std::string> segments) {
  std::vector<std::string> captured;
  const std::vector<std::string_view> wanted = split(pattern.substr(1), '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (wanted[i] == kAnySegment) captured.push_back(segments[i]);
  }
  return captured;
}

}  // namespace

Match match(std::span<const Route> routes, std::string_view method, const std::vector<std::string>& segments) {
  std::span<const std::string> path(segments);
  const bool doubled = path.size() >= 2 && is_version(path[0]) && is_version(path[1]);
  if (doubled) path = path.subspan(1);
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  Match found;
  int best = -1;
  for (const Route& route : routes) {
    const std::optional<int> literal = literal_matches(route.pattern, path);
    if (!literal || *literal < best) continue;
    if (*literal > best) {
      best = *literal;
      found = {};
    }
    if (std::ranges::find(found.methods, route.method) == found.methods.end()) found.methods.push_back(route.method);
    if (route.method == wanted) found.route = &route;
  }
  found.doubled_version = doubled;
  if (found.route != nullptr) found.captured = capture(found.route->pattern, path);
  return found;
}

}  // namespace postroad::ingress::http
