// What checks decide from facts, without a look at the world.
#include <fmt/format.h>
#include <sys/timex.h>

#include <algorithm>
#include <array>

#include "app/doctor.h"
#include "base/text.h"
#include "mail/ip_text.h"
#include "net/dns_records.h"

namespace postroad::app::doctor {
namespace {

using enum Finding::Level;

constexpr std::chrono::milliseconds kOffsetMax{1000};
constexpr int kKernelMajorWanted = 5;
constexpr std::size_t kDeliveriesPerCoreMax = 2000;
constexpr std::uint64_t kFilesPerDelivery = 2;  ///< A connection, and what is opened for it.
constexpr std::uint64_t kFilesBeside = 1024;    ///< Listeners, clients, the store.
constexpr std::size_t kDeliveriesLeast = 100;   ///< With fewer, the limit is what has to change.

bool is_in(const mail::IpAddress& address, std::string_view network, int prefix) {
  const std::optional<mail::IpAddress> of = mail::parse_ip(network);
  return of && mail::same_prefix(address, *of, prefix);
}

}  // namespace

Finding clock_finding(int state, std::chrono::microseconds offset) {
  const std::string fix = "run a time service: `apt-get install chrony`; signatures and schedules depend on the clock";
  if (state == TIME_ERROR) return {"machine", "clock", kWarning, "the kernel does not know whether the clock is right: nothing keeps it", fix};
  const bool good = std::chrono::abs(offset) < kOffsetMax;
  return {"machine", "clock", good ? kGood : kWarning, fmt::format("kept, {:.1f} ms still to be corrected", static_cast<double>(offset.count()) / 1000),
          good ? "" : fix};
}

Finding kernel_finding(std::string_view release, bool has_entropy) {
  if (!has_entropy) {
    return {"machine", "kernel", kFailure, fmt::format("{} has no randomness ready", release), "give the machine a source: virtio-rng, or haveged"};
  }
  const std::optional<std::int64_t> major = parse_int(release.substr(0, release.find('.')));
  const bool good = major && *major >= kKernelMajorWanted;
  return {"machine", "kernel", good ? kGood : kWarning, fmt::format("Linux {}, randomness is ready", release),
          good ? "" : fmt::format("use Linux {} or newer", kKernelMajorWanted)};
}

Finding settings_finding(unsigned cores, OpenFiles files, std::size_t deliveries) {
  const std::size_t files_needed = deliveries * kFilesPerDelivery + kFilesBeside;
  const std::size_t most = std::max(1u, cores) * kDeliveriesPerCoreMax;
  const std::size_t fit = files.most > kFilesBeside ? (files.most - kFilesBeside) / kFilesPerDelivery : 0;
  Finding finding{"machine", "settings", kWarning, fmt::format("{} deliveries at a time on {} cores with {} open files", deliveries, cores, files.most), ""};
  const std::size_t limit = files.of_server ? std::min(fit, most) : most;
  if (deliveries > limit && limit >= kDeliveriesLeast) {
    finding.fix = fmt::format("set delivery.max_connections to {} at most", limit);
    if (limit < most) finding.fix += fmt::format(", or LimitNOFILE={} in the service unit", files_needed);
    finding.remedy = Remedy{Remedy::Kind::kSetting, fmt::format("set delivery.max_connections to {}", limit), "delivery.max_connections", std::to_string(limit)};
  } else if (files.most < files_needed) {
    finding.fix = fmt::format("LimitNOFILE={} in the service unit, or a lower delivery.max_connections", files_needed);
  } else {
    finding.level = kGood;
  }
  return finding;
}

std::optional<std::uint64_t> open_files_in(std::string_view limits) {
  constexpr std::string_view kLine = "Max open files";
  const std::size_t begin = limits.find(kLine);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view line = limits.substr(begin, limits.find('\n', begin) - begin);
  std::vector<std::int64_t> numbers;
  for (const std::string_view word : split(line, ' ')) {
    if (const std::optional<std::int64_t> number = parse_int(word)) numbers.push_back(*number);
  }
  if (numbers.size() != 2) return std::nullopt;  // Soft and hard.
  return static_cast<std::uint64_t>(numbers.back());
}

Finding hosts_finding(std::string_view hosts, const std::string& hostname) {
  for (std::string_view line : split(hosts, '\n')) {
    line = trim(line.substr(0, line.find('#')));
    const std::size_t end = line.find_first_of(" \t");
    const std::string_view address = line.substr(0, end);
    if (end == std::string_view::npos || !(address.starts_with("127.") || address == "::1")) continue;
    std::string names(line.substr(end));
    std::ranges::replace(names, '\t', ' ');
    for (const std::string_view name : split(names, ' ')) {
      if (!name.empty() && ascii_iequals(name, hostname)) {
        return {"name", "hosts file", kWarning, fmt::format("/etc/hosts says {} is {}", hostname, address),
                fmt::format("take {} out of the line of {} in /etc/hosts", hostname, address)};
      }
    }
  }
  return {"name", "hosts file", kGood, fmt::format("/etc/hosts does not say that {} is loopback", hostname), ""};
}

bool is_generic_name(std::string_view name, const std::string& address) {
  const std::string lower = ascii_lower(name);
  for (const std::string_view word : {"dynamic", "dyn.", "dhcp", "dialup", "dial-up", "adsl", "dsl.", "pool.", "ppp", "cable.", "broadband", "customer", "unassigned"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  const std::optional<mail::IpAddress> ip = mail::parse_ipv4(address);
  if (!ip) return lower.ends_with(".ip6.arpa");
  const auto& o = ip->octets;
  for (const char between : {'-', '.', '_'}) {
    if (lower.find(fmt::format("{}{}{}{}{}{}{}", o[0], between, o[1], between, o[2], between, o[3])) != std::string::npos) return true;
    if (lower.find(fmt::format("{}{}{}{}{}{}{}", o[3], between, o[2], between, o[1], between, o[0])) != std::string::npos) return true;
  }
  const std::string whole = fmt::format("{:03}{:03}{:03}{:03}", o[0], o[1], o[2], o[3]);
  const std::string hex = fmt::format("{:02x}{:02x}{:02x}{:02x}", o[0], o[1], o[2], o[3]);
  return lower.find(whole) != std::string::npos || lower.find(hex) != std::string::npos;
}

Listing listing_of(const std::vector<std::string>& answer) {
  Listing listing = Listing::kNone;
  for (const std::string& one : answer) {
    if (one.starts_with("127.255.255.")) return Listing::kRefused;
    if (one.starts_with("127.")) listing = Listing::kListed;
  }
  return listing;
}

std::string blocklist_name(const std::string& address, std::string_view zone) {
  std::optional<std::string> name = net::reverse_name(address);
  if (!name) return {};
  for (const std::string_view end : {".in-addr.arpa", ".ip6.arpa"}) {
    if (name->ends_with(end)) name->resize(name->size() - end.size());
  }
  return fmt::format("{}.{}", *name, zone);
}

bool is_public_address(const std::string& address) {
  const std::optional<mail::IpAddress> ip = mail::parse_ip(address);
  if (!ip) return false;
  constexpr std::array<std::pair<std::string_view, int>, 14> kElsewhere{
      {{"0.0.0.0", 8}, {"10.0.0.0", 8}, {"100.64.0.0", 10}, {"127.0.0.0", 8}, {"169.254.0.0", 16}, {"172.16.0.0", 12}, {"192.0.2.0", 24},
       {"192.168.0.0", 16}, {"198.51.100.0", 24}, {"203.0.113.0", 24}, {"224.0.0.0", 3}, {"::1", 128}, {"fc00::", 7}, {"fe80::", 10}}};
  return std::ranges::none_of(kElsewhere, [&](const auto& network) { return is_in(*ip, network.first, network.second); });
}

}  // namespace postroad::app::doctor
