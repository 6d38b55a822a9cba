#include "app/zone_servers.h"

#include <algorithm>

namespace postroad::app {
namespace {

namespace asio = boost::asio;

bool has_two_labels(const std::string& name) { return name.find('.') != std::string::npos; }

asio::awaitable<std::vector<std::string>> addresses_of(net::Resolver& resolver, const std::vector<std::string>& hosts, Deadline deadline) {
  std::vector<std::string> addresses;
  for (std::size_t i = 0; i < std::min(hosts.size(), kZoneServersMax) && addresses.size() < kZoneServersMax; ++i) {
    const Result<net::DnsAnswer<std::string>> four = co_await resolver.a(hosts[i], deadline);
    if (four) addresses.insert(addresses.end(), four->records.begin(), four->records.end());
    if (four && !four->records.empty()) continue;
    const Result<net::DnsAnswer<std::string>> six = co_await resolver.aaaa(hosts[i], deadline);
    if (six) addresses.insert(addresses.end(), six->records.begin(), six->records.end());
  }
  addresses.resize(std::min(addresses.size(), kZoneServersMax));
  co_return addresses;
}

}  // namespace

asio::awaitable<std::optional<net::UnboundResolver::Authority>> zone_servers(net::Resolver& resolver, std::string name, Deadline deadline) {
  for (int i = 0; i < kZoneLabelsMax && has_two_labels(name); ++i) {
    const Result<net::DnsAnswer<std::string>> hosts = co_await resolver.ns(name, deadline);
    if (!hosts) co_return std::nullopt;
    if (!hosts->records.empty()) {
      std::vector<std::string> addresses = co_await addresses_of(resolver, hosts->records, deadline);
      if (addresses.empty()) co_return std::nullopt;
      co_return net::UnboundResolver::Authority{.zone = name, .addresses = std::move(addresses)};
    }
    name.erase(0, name.find('.') + 1);
  }
  co_return std::nullopt;
}

}  // namespace postroad::app
