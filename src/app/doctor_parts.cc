// What several groups of checks share.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "app/doctor.h"

namespace postroad::app::doctor {

std::vector<std::string_view> groups_named(std::string_view word) {
  std::vector<std::string_view> named;
  for (const std::string_view group : kGroups) {
    if (group == word) named.push_back(group);
  }
  for (const GroupAlias& alias : kGroupAliases) {
    if (alias.word == word) named.push_back(alias.group);
  }
  return named;
}

asio::awaitable<Findings> all_of(std::vector<asio::awaitable<Findings>> work) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer done(executor, asio::steady_timer::time_point::max());
  std::vector<Findings> found(work.size());
  std::size_t left = work.size();
  for (std::size_t i = 0; i < work.size(); ++i) {
    asio::co_spawn(executor, std::move(work[i]), [&, i](const std::exception_ptr&, Findings findings) {
      found[i] = std::move(findings);
      if (--left == 0) done.cancel();
    });
  }
  if (left > 0) co_await done.async_wait(asio::as_tuple(asio::use_awaitable));
  Findings all;
  for (Findings& one : found) std::ranges::move(one, std::back_inserter(all));
  co_return all;
}

asio::awaitable<std::vector<std::string>> addresses(net::Resolver& resolver, std::string name, Deadline deadline, std::string& trouble) {
  Result<net::DnsAnswer<std::string>> four = co_await resolver.a(name, deadline);
  Result<net::DnsAnswer<std::string>> six = co_await resolver.aaaa(name, deadline);
  std::vector<std::string> all;
  if (four) all = std::move(four->records);
  if (six) std::ranges::move(six->records, std::back_inserter(all));
  if (!four) trouble = four.error().detail;
  co_return all;
}

net::Endpoint from_here(net::Endpoint at) {
  if (at.address == "0.0.0.0") at.address = "127.0.0.1";
  if (at.address == "::") at.address = "::1";
  return at;
}

asio::awaitable<std::vector<std::string>> sources(Patient patient) {
  std::vector<std::string> all;
  for (const std::string& configured : {patient.options.source_ipv4, patient.options.source_ipv6}) {
    if (!configured.empty()) all.push_back(configured);
  }
  if (all.empty()) {
    std::string trouble;
    all = co_await addresses(patient.resolver, patient.options.hostname, patient.deadline, trouble);
  }
  std::erase_if(all, [](const std::string& one) { return !is_public_address(one); });
  co_return all;
}

}  // namespace postroad::app::doctor
