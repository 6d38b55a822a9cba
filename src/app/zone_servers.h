#pragma once
#include <optional>

#include "net/resolver.h"
#include "net/unbound_resolver.h"

namespace postroad::app {

/// At most so many name servers of a zone are looked for, and so many of their addresses asked.
inline constexpr std::size_t kZoneServersMax = 8;
/// So many labels of a name are taken off, one after another, until its zone is found.
inline constexpr int kZoneLabelsMax = 12;

/// The zone that `name` is in, and the addresses of its name servers as `resolver` tells them: whom to ask for what has just been
/// published, for resolvers on the way keep the answer that there is nothing. nullopt: nobody says, or not by `deadline`.
boost::asio::awaitable<std::optional<net::UnboundResolver::Authority>> zone_servers(net::Resolver& resolver, std::string name, Deadline deadline);

}  // namespace postroad::app
