#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "net/resolver.h"
#include "net/stream.h"
#include "queue/courier.h"

namespace postroad::delivery {

namespace asio = boost::asio;

/// A host to try, in order.
struct Target {
  std::string host;  ///< The MX name, as events and certificates know it.
  net::Endpoint endpoint;
};

/// [delivery.next_hop]: recipient domain → host:port; "*" for every other domain.
class NextHops {
 public:
  /// Each value is `host:port` or `[ipv6]:port`; kInvalidArgument names the entry that is not.
  static Result<NextHops> parse(const std::map<std::string, std::string>& table);
  struct Hop {
    std::string host;
    std::uint16_t port = 25;
  };
  /// Null: none applies, MX records decide.
  const Hop* find(const std::string& domain) const;

 private:
  std::map<std::string, Hop> hops_;
};

struct TargetOptions {
  std::string own_hostname;    ///< An MX list that names us is used up to us (RFC 5321 §5.1).
  std::uint16_t mx_port = 25;
};

/// Where a domain's mail goes; or why it cannot go anywhere: a bounce only for facts of DNS that say so (null MX,
/// a domain without MX and address), a deferral for everything else (SERVFAIL, timeouts, hosts without addresses).
struct Targets {
  std::vector<Target> found;
  queue::Outcome::Kind failure = queue::Outcome::Kind::kDeferred;
  events::DeliveryStatus status;  ///< When `found` is empty.
};

class TargetFinder {
 public:
  static constexpr std::size_t kHostsMax = 10;     ///< MX names looked up for addresses
  static constexpr std::size_t kTargetsMax = 12;   ///< addresses tried in one attempt

  TargetFinder(net::Resolver& resolver, Random& random, NextHops hops, TargetOptions options)
      : resolver_(resolver), random_(random), hops_(std::move(hops)), options_(std::move(options)) {}

  /// RFC 5321 §5.1: MX by preference, equal ones shuffled; without MX the domain itself (implicit MX); null MX is
  /// RFC 7505. A domain may be an address literal.
  asio::awaitable<Targets> find(std::string domain, Deadline deadline);

 private:
  asio::awaitable<Result<std::vector<std::string>>> addresses(std::string host, Deadline deadline);
  asio::awaitable<Targets> of_hosts(std::vector<std::string> hosts, std::uint16_t port, bool implicit,
                                    std::string domain, Deadline deadline);
  std::vector<std::string> ordered_hosts(std::vector<net::MxRecord> records, bool& loops_back);

  net::Resolver& resolver_;
  Random& random_;
  const NextHops hops_;
  const TargetOptions options_;
};

}  // namespace postroad::delivery
