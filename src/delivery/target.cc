#include "delivery/target.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mail/domain_name.h"
#include "net/endpoint.h"

namespace postroad::delivery {
namespace {

constexpr int kUnreachableCode = 498;  // contract/events.md §2.5: no route to MX and the like

Targets bounce(int code, std::string enhanced, std::string message) {
  Targets none{.found = {}, .failure = queue::Outcome::Kind::kBounced, .status = {}};
  none.status.code = code;
  none.status.enhanced_code = std::move(enhanced);
  none.status.message = std::move(message);
  return none;
}

Targets defer(std::string enhanced, std::string message) {
  Targets none{.found = {}, .failure = queue::Outcome::Kind::kDeferred, .status = {}};
  none.status.code = kUnreachableCode;
  none.status.enhanced_code = std::move(enhanced);
  none.status.message = std::move(message);
  return none;
}

/// "[192.0.2.1]" or "[IPv6:2001:db8::1]" without its dress; empty when `domain` is a name.
std::string literal_address(std::string_view domain) {
  if (domain.size() < 3 || domain.front() != '[' || domain.back() != ']') return {};
  domain = domain.substr(1, domain.size() - 2);
  if (ascii_istarts_with(domain, "IPv6:")) domain.remove_prefix(5);
  return std::string(domain);
}

bool is_numeric(const std::string& host) { return net::to_socket_address({host, 1}).has_value(); }

}  // namespace

Result<NextHops> NextHops::parse(const std::map<std::string, std::string>& table) {
  NextHops hops;
  for (const auto& [domain, value] : table) {
    const std::size_t colon = value.rfind(':');
    const auto port = colon == std::string::npos ? std::nullopt : parse_int(std::string_view(value).substr(colon + 1));
    std::string host = value.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    if (!port || *port < 1 || *port > 65535 || host.empty()) {
      return fail_permanent(ErrorCode::kInvalidArgument,
                            fmt::format("delivery.next_hop: \"{}\" = \"{}\" is not host:port", domain, value));
    }
    hops.hops_[ascii_lower(domain)] = {std::move(host), static_cast<std::uint16_t>(*port)};
  }
  return hops;
}

const NextHops::Hop* NextHops::find(const std::string& domain) const {
  auto found = hops_.find(domain);
  if (found == hops_.end()) found = hops_.find("*");
  return found == hops_.end() ? nullptr : &found->second;
}

asio::awaitable<Result<std::vector<std::string>>> TargetFinder::addresses(std::string host, Deadline deadline) {
  if (is_numeric(host)) co_return std::vector<std::string>{std::move(host)};
  Result<net::DnsAnswer<std::string>> four = co_await resolver_.a(host, deadline);
  Result<net::DnsAnswer<std::string>> six = co_await resolver_.aaaa(host, deadline);
  if (!four && !six) co_return std::unexpected(std::move(four).error());
  std::vector<std::string> all;
  if (four) all = std::move(four->records);
  if (six) std::ranges::move(six->records, std::back_inserter(all));
  // One family failing while the other is merely empty is no proof that there is no address.
  if (all.empty() && !four) co_return std::unexpected(std::move(four).error());
  if (all.empty() && !six) co_return std::unexpected(std::move(six).error());
  co_return all;
}

/// By preference, equals shuffled, cut where we ourselves stand in the list.
std::vector<std::string> TargetFinder::ordered_hosts(std::vector<net::MxRecord> records, bool& loops_back) {
  for (std::size_t i = records.size(); i > 1; --i) std::swap(records[i - 1], records[random_.below(i)]);
  std::ranges::sort(records, {}, &net::MxRecord::preference);
  const auto self = std::ranges::find(records, ascii_lower(options_.own_hostname), &net::MxRecord::host);
  loops_back = self != records.end();
  std::vector<std::string> hosts;
  for (const net::MxRecord& record : records) {
    if (loops_back && record.preference >= self->preference) break;
    if (hosts.size() == kHostsMax) break;
    if (!record.host.empty()) hosts.push_back(record.host);
  }
  return hosts;
}

asio::awaitable<Targets> TargetFinder::of_hosts(std::vector<std::string> hosts, std::uint16_t port, bool implicit,
                                                std::string domain, Deadline deadline) {
  Targets targets;
  std::string trouble;
  bool certain = true;
  for (const std::string& host : hosts) {
    Result<std::vector<std::string>> found = co_await addresses(host, deadline);
    if (!found) {
      certain = false;
      trouble = std::move(found).error().detail;
      continue;
    }
    for (std::string& address : *found) {
      if (targets.found.size() < kTargetsMax) targets.found.push_back({host, {std::move(address), port}});
    }
  }
  if (!targets.found.empty()) co_return targets;
  if (!certain) co_return defer("4.4.3", fmt::format("DNS for {} does not answer: {}", domain, trouble));
  if (implicit) co_return bounce(kUnreachableCode, "5.1.2", fmt::format("No MX for {}", domain));
  co_return defer("4.4.4", fmt::format("the mail servers of {} have no address", domain));
}

asio::awaitable<Targets> TargetFinder::find(std::string domain, Deadline deadline) {
  if (const NextHops::Hop* hop = hops_.find(domain)) {
    std::vector<std::string> hosts{hop->host};
    co_return co_await of_hosts(std::move(hosts), hop->port, false, domain, deadline);
  }
  if (std::string literal = literal_address(domain); !literal.empty()) {
    if (!is_numeric(literal)) co_return bounce(550, "5.1.2", fmt::format("{} is not an address", domain));
    Targets one;
    one.found.push_back({domain, {std::move(literal), options_.mx_port}});
    co_return one;
  }
  Result<net::DnsAnswer<net::MxRecord>> answer = co_await resolver_.mx(domain, deadline);
  if (!answer) co_return defer("4.4.3", fmt::format("DNS for {} does not answer: {}", domain, answer.error().detail));
  if (!answer->name_exists) co_return bounce(kUnreachableCode, "5.1.2", fmt::format("No MX for {}", domain));
  if (answer->records.empty()) {
    std::string host = answer->canonical_name.empty() ? domain : answer->canonical_name;
    std::vector<std::string> hosts{std::move(host)};
    co_return co_await of_hosts(std::move(hosts), options_.mx_port, true, domain, deadline);
  }
  if (answer->records.size() == 1 && answer->records.front().host.empty()) {
    co_return bounce(556, "5.1.10", fmt::format("{} accepts no mail (null MX)", domain));  // RFC 7505 §4.2
  }
  bool loops_back = false;
  std::vector<std::string> hosts = ordered_hosts(std::move(answer->records), loops_back);
  if (hosts.empty() && loops_back) {
    co_return bounce(554, "5.4.6", fmt::format("mail for {} loops back to {}", domain, options_.own_hostname));
  }
  if (hosts.empty()) co_return defer("4.4.4", fmt::format("the MX records of {} name no host", domain));
  co_return co_await of_hosts(std::move(hosts), options_.mx_port, false, domain, deadline);
}

}  // namespace postroad::delivery
