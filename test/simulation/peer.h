#pragma once
#include <memory>
#include <string>

#include "model.h"
#include "network.h"

namespace postroad::simulation {

/// How one destination behaves; chances are in 1/10,000 for each command or message.
struct PeerHabits {
  std::uint64_t defer_connect = 0;  ///< 421 instead of a greeting.
  std::uint64_t defer_rcpt = 0;     ///< 451 at RCPT.
  std::uint64_t defer_data = 0;     ///< 451 after DATA.
  std::uint64_t drop_after_data = 0;  ///< Takes the message and closes before it answers.
  std::uint64_t drop = 0;           ///< Closes at any command.
  bool pipelining = true;
};

/// A mail server of the world outside: takes mail, and keeps in the model what it took. Recipients whose local part begins
/// with "unknown" do not exist (550).
class Peer {
 public:
  Peer(SimLoop& loop, SimNetwork& network, SimClock& clock, Random& random, Model& model, net::Endpoint at);

  PeerHabits habits;

 private:
  struct Envelope;
  asio::awaitable<void> serve(net::StreamPtr stream);
  asio::awaitable<bool> take(net::Stream& stream, class Lines& lines, Envelope& envelope);
  bool happens(std::uint64_t in_ten_thousand) { return in_ten_thousand > 0 && random_.below(10'000) < in_ten_thousand; }

  SimLoop& loop_;
  SimClock& clock_;
  Random& random_;
  Model& model_;
  std::unique_ptr<net::Listener> listener_;
};

}  // namespace postroad::simulation
