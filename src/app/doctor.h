#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/doctor_groups.h"
#include "app/server_options.h"
#include "base/clock.h"
#include "net/network.h"
#include "net/resolver.h"
#include "net/timers.h"
#include "net/tls.h"

namespace postroad::app::doctor {

namespace asio = boost::asio;

/// What one check found.
struct Finding {
  enum class Level : std::uint8_t { kGood, kWarning, kFailure, kSkipped };
  std::string group;  ///< One of kGroups.
  std::string check;
  Level level = Level::kGood;
  std::string found;  ///< A fact, not advice.
  std::string fix;    ///< What to do about it; empty when it is good, and only then.
};
using Findings = std::vector<Finding>;

/// What the store may take over one of kStoreQuestions that nothing runs beside: domains, a key, the key's end.
inline constexpr std::chrono::seconds kStoreMax{2};
inline constexpr int kStoreQuestions = 3;
/// Beside the network: all writes that are timed, the audit, and reading some messages.
inline constexpr std::chrono::seconds kSyncsMax{2};
inline constexpr std::chrono::seconds kAuditMax{5};
inline constexpr std::chrono::seconds kSampleMax{1};
/// All of the network together, in parallel: no wait has a later deadline than its begin and this.
inline constexpr std::chrono::seconds kExaminationMax{8};
/// Less than the fifteen seconds that are promised.
static_assert(kStoreQuestions * kStoreMax + kExaminationMax < std::chrono::seconds{15});
static_assert(kSyncsMax + kAuditMax + kSampleMax <= kExaminationMax);

/// What checks look at. Borrowed.
struct Patient {
  const ServerOptions& options;
  Clock& clock;
  net::Network& network;
  net::Resolver& resolver;
  net::ClientTls& tls;
  Deadline deadline;  ///< Of every wait of every check.
};

/// Runs all of them at the same time, on the caller's loop; their findings in the order given.
asio::awaitable<Findings> all_of(std::vector<asio::awaitable<Findings>> work);
/// A and AAAA; `trouble` says why there is none.
asio::awaitable<std::vector<std::string>> addresses(net::Resolver& resolver, std::string name, Deadline deadline, std::string& trouble);
/// Where a listener is reached from this machine.
net::Endpoint from_here(net::Endpoint at);
/// From which the world sees our mail come: configured sources, else the public addresses of the host name.
asio::awaitable<std::vector<std::string>> sources(Patient patient);

Findings check_machine(const ServerOptions& options);
/// Host name, its addresses and back.
asio::awaitable<Findings> check_name(Patient patient);
/// Resolver, port 25 outward, our own listeners.
asio::awaitable<Findings> check_network(Patient patient);
/// Who greets at port 25 of this machine.
asio::awaitable<Findings> check_port_25_here(Patient patient);
/// The ports of `host`, a name or an address, as they are reached from this machine.
asio::awaitable<Findings> check_outside(Patient patient, std::string host);
/// Nine blocklists for each address that we send from.
asio::awaitable<Findings> check_reputation(Patient patient);
/// The certificate that is configured, and the one that every listener shows.
asio::awaitable<Findings> check_tls(Patient patient);
/// SPF, DKIM, DMARC and MX of each domain in `domains`, the answer of Control's domain_probe.
asio::awaitable<Findings> check_domains(Patient patient, std::string domains);
/// With what a message is sent to ourselves.
struct LoopProbe {
  std::string domain;  ///< It comes from here.
  std::string key;     ///< Of the API.
};
/// A message by the API to the simulated server of our own name, until it is delivered.
asio::awaitable<Findings> check_loop(Patient patient, net::Timers& timers, LoopProbe probe);
/// Writing and syncing in the data directory; whether the store is there and balanced.
Findings check_store(const ServerOptions& options, Clock& clock);

// What is decided without a look at the world: for tables in tests.

/// `state` and `offset` as adjtimex(2) gives them.
Finding clock_finding(int state, std::chrono::microseconds offset);
Finding kernel_finding(std::string_view release, bool has_entropy);
/// Settings for `deliveries` at a time on so many cores with so many open files.
Finding settings_finding(unsigned cores, std::uint64_t files, std::size_t deliveries);
/// `hosts` is the text of /etc/hosts.
Finding hosts_finding(std::string_view hosts, const std::string& hostname);
/// Whether a reverse name is one that providers give to every customer: it has the address in it, or "dynamic" and the like.
bool is_generic_name(std::string_view name, const std::string& address);
/// What a blocklist's answer means; RFC 5782 §2.1: 127.0.0.0/8 is a listing, 127.255.255.0/24 a refusal to answer.
enum class Listing : std::uint8_t { kNone, kListed, kRefused };
Listing listing_of(const std::vector<std::string>& answer);
/// "192.0.2.1" in zone "x" is "1.2.0.192.x" (RFC 5782 §2.1, §2.4); empty when it is no address.
std::string blocklist_name(const std::string& address, std::string_view zone);
/// Whether the world can reach it: not loopback, private, link-local or for documentation.
bool is_public_address(const std::string& address);

}  // namespace postroad::app::doctor
