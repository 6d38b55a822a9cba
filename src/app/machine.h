#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/world.h"
#include "net/asio_executor.h"
#include "net/asio_network.h"
#include "net/asio_timers.h"
#include "net/unbound_resolver.h"
#include "storage/real_disk.h"

namespace postroad::app {

/// The machine we run on: its clocks, disk, threads and sockets. Outlives what is built over it.
class Machine {
 public:
  struct Options {
    std::size_t loops = 1;
    bool resolve = false;                  ///< Start libunbound.
    std::vector<std::string> dns_servers;  ///< Empty: as /etc/resolv.conf says.
    bool dnssec = true;
    std::vector<net::UnboundResolver::Authority> authorities{};  ///< Zones whose own servers are asked.
  };
  /// kInvalidArgument names what libunbound refused.
  static Result<std::unique_ptr<Machine>> make(const Options& options);

  World world();
  net::AsioExecutor& executor() { return executor_; }
  /// Before anything listens (net::AsioNetwork::hand_over).
  void hand_over(net::HandedSocket socket) { network_.hand_over(std::move(socket)); }

 private:
  explicit Machine(const net::AsioExecutor::Options& threads) : executor_(threads), network_(executor_) {}

  SystemClock clock_;
  SystemRandom random_;
  storage::RealDisk disk_;
  net::AsioTimers timers_;
  net::AsioExecutor executor_;
  net::AsioNetwork network_;
  std::unique_ptr<net::UnboundResolver> resolver_;
};

}  // namespace postroad::app
