#pragma once
#include <deque>
#include <map>
#include <set>

#include "base/random.h"
#include "loop.h"
#include "net/network.h"

namespace postroad::simulation {

/// What the network does to connections; chances are in 1/10,000.
struct NetworkFaults {
  std::uint64_t refuse = 0;       ///< A connect that is refused.
  std::uint64_t reset = 0;        ///< A connection that is reset after some of its bytes.
  std::uint64_t black_hole = 0;   ///< A connect that nobody answers, until its deadline.
  std::chrono::microseconds latency_max{20'000};
};

/// Connections in memory: bytes are split and delayed as the seed says, in order; a connection may be reset at any byte.
/// TLS is not offered: a handshake fails.
class SimNetwork final : public net::Network {
 public:
  SimNetwork(SimLoop& loop, SimClock& clock, Random& random, Trace& trace)
      : loop_(loop), clock_(clock), random_(random), trace_(trace) {}

  asio::awaitable<Result<net::StreamPtr>> connect(net::Endpoint to, std::string source, Deadline deadline) override;
  Result<std::unique_ptr<net::Listener>> listen(const net::Endpoint& at, std::function<void(net::StreamPtr)> accepted) override;

  NetworkFaults faults;
  bool listens(const net::Endpoint& at) const { return listeners_.contains(at.text()); }

 private:
  friend class SimStream;
  class SimListener;
  struct Pipe;

  std::chrono::microseconds latency() { return std::chrono::microseconds(1 + random_.below(static_cast<std::uint64_t>(faults.latency_max.count()))); }
  bool happens(std::uint64_t in_ten_thousand) { return in_ten_thousand > 0 && random_.below(10'000) < in_ten_thousand; }

  SimLoop& loop_;
  SimClock& clock_;
  Random& random_;
  Trace& trace_;
  std::map<std::string, SimListener*> listeners_;
  std::uint16_t next_port_ = 20'000;
};

}  // namespace postroad::simulation
