#pragma once
#include <map>

#include "base/random.h"
#include "loop.h"
#include "net/resolver.h"

namespace postroad::simulation {

/// DNS by a table of MX hosts and addresses; fails and dawdles as the seed says.
class SimResolver final : public net::Resolver {
 public:
  SimResolver(SimLoop& loop, SimClock& clock, Random& random) : loop_(loop), clock_(clock), random_(random) {}

  std::map<std::string, std::vector<net::MxRecord>> mail_exchangers;
  std::map<std::string, std::string> addresses;
  std::uint64_t servfail = 0;  ///< In 1/10,000.
  bool out = false;            ///< An outage: every question times out.

  asio::awaitable<Result<net::DnsAnswer<net::MxRecord>>> mx(std::string name, Deadline deadline) override;
  asio::awaitable<Result<net::DnsAnswer<std::string>>> a(std::string name, Deadline deadline) override;
  asio::awaitable<Result<net::DnsAnswer<std::string>>> aaaa(std::string name, Deadline deadline) override;
  asio::awaitable<Result<net::DnsAnswer<std::string>>> txt(std::string name, Deadline deadline) override;
  asio::awaitable<Result<net::DnsAnswer<std::string>>> ns(std::string name, Deadline deadline) override;
  asio::awaitable<Result<net::DnsAnswer<std::string>>> ptr(std::string address, Deadline deadline) override;

 private:
  asio::awaitable<Result<void>> think(Deadline deadline);
  static net::DnsAnswer<std::string> nothing(std::string name, bool exists) {
    return {.records = {}, .name_exists = exists, .secure = false, .canonical_name = std::move(name)};
  }

  SimLoop& loop_;
  SimClock& clock_;
  Random& random_;
};

}  // namespace postroad::simulation
