// Our name: whether the world finds us by it, and finds it by our addresses.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/doctor.h"
#include "app/remote.h"
#include "base/text.h"

namespace postroad::app::doctor {
namespace {

using enum Finding::Level;

constexpr const char* kHostsFile = "/etc/hosts";
constexpr std::size_t kAddressesMax = 8;  ///< Of the host name, that are looked at.

/// One address leads to our name, and the name back to it.
asio::awaitable<Findings> check_reverse(Patient patient, std::string address) {
  const std::string& hostname = patient.options.hostname;
  const std::string fix = fmt::format("ask your provider to set the reverse name of {} to {}", address, hostname);
  const std::string check = "reverse " + address;
  const Result<net::DnsAnswer<std::string>> names = co_await patient.resolver.ptr(address, patient.deadline);
  if (!names) co_return Findings{{"name", check, kWarning, names.error().detail, fix}};
  if (names->records.empty()) co_return Findings{{"name", check, kFailure, address + " has no reverse name", fix}};
  const std::string name = names->records.front();
  std::string trouble;
  const std::vector<std::string> back = co_await addresses(patient.resolver, name, patient.deadline, trouble);
  const std::string shown = fmt::format("{} → {}", address, fmt::join(names->records, ", "));
  if (std::ranges::find(back, address) == back.end()) {
    co_return Findings{{"name", check, kFailure, fmt::format("{}, which does not lead back ({})", shown, back.empty() ? "no address" : fmt::format("{}", fmt::join(back, ", "))), fix}};
  }
  if (is_generic_name(name, address)) {
    co_return Findings{{"name", check, kFailure, shown + ", a name that providers give to anybody", fix}};
  }
  const bool ours = std::ranges::any_of(names->records, [&](const std::string& one) { return ascii_iequals(one, hostname); });
  co_return Findings{{"name", check, ours ? kGood : kWarning, ours ? shown + ", and back" : fmt::format("{}, and back, but it is not {}", shown, hostname),
                      ours ? "" : fix}};
}

/// Mail over IPv6 asks for as much as mail over IPv4.
Finding check_families(const ServerOptions& options, const std::vector<std::string>& found) {
  const bool four = std::ranges::any_of(found, [](const std::string& one) { return one.find(':') == std::string::npos; });
  const bool six = std::ranges::any_of(found, [](const std::string& one) { return one.find(':') != std::string::npos; });
  const std::string& hostname = options.hostname;
  if (!four) return {"name", "IPv6 parity", kFailure, hostname + " has an AAAA record alone", fmt::format("add an A record for {}: much of the world has no IPv6", hostname)};
  if (!options.source_ipv6.empty() && !six) {
    return {"name", "IPv6 parity", kWarning, fmt::format("mail leaves from {} too, but {} has no AAAA record", options.source_ipv6, hostname),
            fmt::format("add an AAAA record for {} and its reverse name, or leave delivery.ipv6 empty", hostname)};
  }
  return {"name", "IPv6 parity", kGood, six ? "A and AAAA are there; each has its own reverse check" : "IPv4 alone, for name and mail", ""};
}

}  // namespace

asio::awaitable<Findings> check_name(Patient patient) {
  const std::string& hostname = patient.options.hostname;
  if (hostname == "localhost" || hostname.find('.') == std::string::npos) {
    co_return Findings{{"name", "hostname", kFailure, fmt::format("server.hostname is {}", hostname),
                        "set server.hostname to the name that the world has for this machine, as mail.example.com"}};
  }
  Findings findings;
  const Result<std::string> hosts = read_whole_file(kHostsFile);
  findings.push_back(hosts_finding(hosts ? *hosts : std::string(), hostname));
  std::string trouble;
  std::vector<std::string> found = co_await addresses(patient.resolver, hostname, patient.deadline, trouble);
  if (found.empty()) {
    findings.push_back({"name", "hostname", kFailure, trouble.empty() ? fmt::format("{} has no address", hostname) : trouble,
                        fmt::format("add an A record for {} with this machine's address", hostname)});
    co_return findings;
  }
  findings.push_back({"name", "hostname", kGood, fmt::format("{} → {}", hostname, fmt::join(found, ", ")), ""});
  findings.push_back(check_families(patient.options, found));
  if (found.size() > kAddressesMax) found.resize(kAddressesMax);
  std::vector<asio::awaitable<Findings>> work;
  for (const std::string& address : found) work.push_back(check_reverse(patient, address));
  Findings back = co_await all_of(std::move(work));
  std::ranges::move(back, std::back_inserter(findings));
  co_return findings;
}

}  // namespace postroad::app::doctor
