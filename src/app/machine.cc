#include "app/machine.h"

namespace postroad::app {
namespace {
constexpr std::string_view kTrustAnchor = "/usr/share/dns/root.key";
constexpr std::string_view kResolvConf = "/etc/resolv.conf";
}  // namespace

Result<std::unique_ptr<Machine>> Machine::make(const Options& options) {
  net::AsioExecutor::Options threads;
  threads.loops = options.loops;
  std::unique_ptr<Machine> machine(new Machine(threads));
  if (!options.resolve) return machine;
  net::UnboundResolver::Options dns;
  dns.forwarders = options.dns_servers;
  const auto there = [&machine](std::string_view path) { return machine->disk_.exists(std::string(path)).value_or(false); };
  if (dns.forwarders.empty() && there(kResolvConf)) dns.resolv_conf = kResolvConf;
  if (options.dnssec && there(kTrustAnchor)) dns.trust_anchor_file = kTrustAnchor;
  ASSIGN_OR_RETURN(machine->resolver_, net::UnboundResolver::make(machine->executor_.context(0), dns));
  return machine;
}

World Machine::world() {
  return World{.clock = clock_,
               .random = random_,
               .disk = disk_,
               .executor = executor_,
               .timers = timers_,
               .network = network_,
               .resolver = resolver_.get()};
}

}  // namespace postroad::app
