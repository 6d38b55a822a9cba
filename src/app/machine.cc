#include "app/machine.h"

#include "app/last_end.h"

namespace postroad::app {
namespace {
constexpr std::string_view kTrustAnchor = "/usr/share/dns/root.key";
constexpr std::string_view kResolvConf = "/etc/resolv.conf";
constexpr std::string_view kBootId = "/proc/sys/kernel/random/boot_id";
constexpr std::size_t kBootIdBytes = 36;

/// Empty where the system does not say.
std::string boot_id(storage::Disk& disk) {
  std::string id(kBootIdBytes, '\0');
  const auto file = disk.open(std::string(kBootId), storage::Disk::Open::kReadOnly);
  const bool whole = file && (*file)->pread(id, 0).value_or(0) == kBootIdBytes;
  return whole ? id : std::string();
}

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
               .resolver = resolver_.get(),
               .threads = true,
               .boot_id = boot_id(disk_),
               .last_end = [id = boot_id(disk_)](const std::string& data_dir) { return take_last_end(data_dir, id); }};
}

}  // namespace postroad::app
