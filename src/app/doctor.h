#pragma once
#include <string>
#include <vector>

#include "app/server_options.h"
#include "base/clock.h"
#include "net/network.h"
#include "net/resolver.h"
#include "net/tls.h"

namespace postroad::app::doctor {

namespace asio = boost::asio;

/// What one check found.
struct Finding {
  enum class Level : std::uint8_t { kGood, kWarning, kFailure, kSkipped };
  std::string group;  ///< machine, name, network, tls, domains, store
  std::string check;
  Level level = Level::kGood;
  std::string found;  ///< A fact, not advice.
  std::string fix;    ///< What to do about it; never empty for a warning or a failure.
};
using Findings = std::vector<Finding>;

/// What checks look at. Borrowed.
struct Patient {
  const ServerOptions& options;
  Clock& clock;
  net::Network& network;
  net::Resolver& resolver;
  net::ClientTls& tls;
};

/// Each network question gets this long; all are asked at the same time.
inline constexpr std::chrono::seconds kQuestionMax{5};

Findings check_machine(const ServerOptions& options);
/// Host name, its addresses and back.
asio::awaitable<Findings> check_name(Patient patient);
/// Resolver, port 25 outward, our own listeners.
asio::awaitable<Findings> check_network(Patient patient);
/// The certificate that is served, where a listener answers; else the one that is configured.
asio::awaitable<Findings> check_tls(Patient patient);
/// SPF, DKIM and DMARC of each domain in `domains`, the answer of Control's domain_list.
asio::awaitable<Findings> check_domains(Patient patient, std::string domains);
/// Writing and syncing in the data directory; whether the store is there and balanced.
Findings check_store(const ServerOptions& options, Clock& clock);

}  // namespace postroad::app::doctor
