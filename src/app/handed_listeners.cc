#include "app/handed_listeners.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "net/endpoint.h"

namespace postroad::app {
namespace {

constexpr const char* kFix = "write FileDescriptorName=http, https, submission or submissions in its [Socket] section";

enum Kind : std::uint8_t { kHttp, kSubmission, kSubmissions };
constexpr Kind kKinds[] = {kHttp, kSubmission, kSubmissions};
constexpr std::string_view kKindNames[] = {"http", "submission", "submissions"};

std::vector<net::Endpoint>& of(Listeners& listeners, Kind kind) {
  return kind == kHttp ? listeners.http : kind == kSubmission ? listeners.submission : listeners.submission_tls;
}

std::optional<Kind> kind_named(std::string_view name) {
  if (name == "https") return kHttp;
  const auto* const found = std::ranges::find(kKindNames, name);
  return found == std::end(kKindNames) ? std::nullopt : std::optional(kKinds[found - kKindNames]);
}

/// What systemd says where the unit does not: nothing, or the unit's own name.
bool is_nobodys_name(std::string_view name) { return name.empty() || name == "unknown" || name.ends_with(".socket"); }

/// The one kind with a configured address for which `matches`; nullopt: none, or more than one.
template <class Matches>
std::optional<Kind> only_kind(Listeners& configured, const Matches& matches) {
  std::optional<Kind> only;
  for (const Kind kind : kKinds) {
    if (!std::ranges::any_of(of(configured, kind), matches)) continue;
    if (only) return std::nullopt;
    only = kind;
  }
  return only;
}

Result<Kind> kind_of(Listeners& configured, const HandedName& socket) {
  if (const std::optional<Kind> kind = kind_named(socket.name)) return *kind;
  if (!is_nobodys_name(socket.name)) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("the socket {} was handed over with the name \"{}\", which says nothing here; {}", socket.local.text(), socket.name, kFix));
  }
  if (const auto same = only_kind(configured, [&socket](const net::Endpoint& at) { return at == socket.local; })) return *same;
  const auto port = only_kind(configured, [&socket](const net::Endpoint& at) { return !net::is_unix(at) && !net::is_unix(socket.local) && at.port == socket.local.port; });
  if (port) return *port;
  return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("the socket {} was handed over without a name, and the configuration does not say by itself what is spoken there; {}", socket.local.text(), kFix));
}

}  // namespace

Result<std::vector<Replaced>> replace_by_handed(Listeners& listeners, const std::vector<HandedName>& handed) {
  std::vector<Replaced> all;
  for (const Kind kind : kKinds) all.push_back({.kind = kKindNames[kind], .handed = {}, .not_bound = {}});
  for (const HandedName& socket : handed) {
    ASSIGN_OR_RETURN(const Kind kind, kind_of(listeners, socket));
    all[kind].handed.push_back(socket.local);
  }
  for (const Kind kind : kKinds) {
    if (all[kind].handed.empty()) continue;
    all[kind].not_bound = std::exchange(of(listeners, kind), all[kind].handed);
  }
  std::erase_if(all, [](const Replaced& one) { return one.handed.empty(); });
  return all;
}

}  // namespace postroad::app
