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

/// What `doctor --fix` can do about a finding by itself; nothing is lost by it.
struct Remedy {
  enum class Kind : std::uint8_t { kSetting, kMode, kOwner, kSocket, kCertificate, kActivate, kRotate, kRevoke, kQuarantine };
  Kind kind;
  std::string does;     ///< "set delivery.max_connections to 4000"
  std::string subject;  ///< The setting, file, directory, domain, or key's id.
  std::string value;    ///< What it gets, where that is not all in `kind`.
  bool asks = false;    ///< It is not taken back, so somebody has to say yes.
};

/// What one check found.
struct Finding {
  enum class Level : std::uint8_t { kGood, kWarning, kFailure, kSkipped };
  std::string group;  ///< One of kGroups.
  std::string check;
  Level level = Level::kGood;
  std::string found;  ///< A fact, not advice.
  std::string fix;    ///< What to do about it; empty when it is good, and only then.
  std::optional<Remedy> remedy = std::nullopt;
};
using Findings = std::vector<Finding>;

/// What the store may take over one of kStoreQuestions that nothing runs beside: domains, keys, a key, the key's end.
inline constexpr std::chrono::milliseconds kStoreMax{1600};
inline constexpr int kStoreQuestions = 4;
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
/// Files with a secret in them that this user's commands read: the profile, the configuration.
Findings check_rights_of_user(const Settings& settings);
/// Modes and owners in the data directory; what a server that is gone has left there.
Findings check_rights_of_store(const ServerOptions& options);
/// Which process has the store of this directory. Takes its lock for a moment.
enum class Holder : std::uint8_t { kNobody, kSomebody, kUnknown };  ///< Unknown: there is no lock, or this user may not take it.
Holder holder_of(const std::string& data_dir);

// What is decided without a look at the world: for tables in tests.

/// `state` and `offset` as adjtimex(2) gives them.
Finding clock_finding(int state, std::chrono::microseconds offset);
Finding kernel_finding(std::string_view release, bool has_entropy);
/// Settings for `deliveries` at a time on so many cores with so many open files; how many files another process may have is not known, so
/// only of the server's own is anything concluded for the setting.
struct OpenFiles {
  std::uint64_t most;
  bool of_server = false;
};
Finding settings_finding(unsigned cores, OpenFiles files, std::size_t deliveries);
/// The hard limit that /proc/PID/limits tells.
std::optional<std::uint64_t> open_files_in(std::string_view limits);
/// A mode that has none of the `forbidden` bits, or what to do about it.
Finding rights_finding(const std::string& group, const std::string& check, const std::string& path, unsigned mode, unsigned forbidden);
/// What `found`, of check_domains, lets the domains of a domain_probe do: become active, sign with their new keys.
Findings domain_states(const Findings& found, const std::string& domains);
/// The key of check_loop is called so, until when it is needed.
inline constexpr std::string_view kProbeDescription = "doctor, for one message until";
inline constexpr std::chrono::seconds kProbeLife{60};  ///< More than a whole examination takes.
std::string probe_description(WallTime until);
/// Keys of checks that did not come to their end, in the answer of key_list.
Findings left_keys(const std::string& keys, WallTime now);
/// Whether fsck has copied these bytes: `copies` are the names in quarantine/.
bool is_copied(const std::vector<std::string>& copies, std::uint64_t segment, std::uint64_t offset);
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
