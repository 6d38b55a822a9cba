#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/server.h"
#include "client.h"
#include "model.h"
#include "peer.h"
#include "planted.h"
#include "resolver.h"
#include "storage/testing/fault_disk.h"

namespace postroad::simulation {

/// How one run came out.
struct Outcome {
  std::uint64_t hash = 0;            ///< Of everything that happened: the same seed gives the same hash.
  std::uint64_t events = 0;          ///< What the loop did.
  std::size_t accepted = 0, refused = 0, unanswered = 0, copies = 0, crashes = 0;
  std::vector<std::string> broken;   ///< Promises; empty is good.
};

/// The server that ships, in a world drawn from one seed: applications that send by HTTP and SMTP, mail servers that defer,
/// drop and tarpit, a network that splits and resets, DNS that fails, a disk that fails, fills and forgets, a clock that
/// jumps, kills and power cuts. Then all faults stop, and what was promised must be so (checks.h).
class Simulation {
 public:
  static constexpr std::chrono::minutes kTroubleFor{40};  ///< Simulated: how long messages are sent and things go wrong.
  static constexpr std::chrono::hours kSettleMax{48};     ///< Simulated: until everything must have ended.

  Simulation(std::uint64_t seed, Bug bug);
  ~Simulation();
  Outcome run();

 private:
  void make_world();
  void plan_messages();
  void plan_trouble();
  void start_server();
  void restart_server(bool power_cut);
  void crash(bool power_cut);
  void fail_disk_later();
  void watch_poison();
  void end_trouble();
  asio::awaitable<bool> retry_out_of_reach();
  std::vector<std::string> verify();
  std::string missed_by_search(const std::vector<events::StoredEvent>& journal);
  template <class T>
  T await(asio::awaitable<T> work);

  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
  bool chance(unsigned percent) { return below(100) < percent; }
  std::chrono::microseconds some_time_of(std::chrono::microseconds most) { return std::chrono::microseconds(below(static_cast<std::uint64_t>(most.count()))); }

  const std::uint64_t seed_;
  const Bug bug_;
  SeededRandom random_;         ///< Of the world outside.
  SeededRandom server_random_;  ///< Of the server.
  SimClock clock_;
  Trace trace_;
  storage::testing::FaultDisk fault_disk_;
  PlantedDisk disk_;
  SimLoop loop_;
  SimNetwork network_;
  SimResolver resolver_;
  Model model_;
  Clients clients_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::unique_ptr<app::Server> server_;
  bool troubled_ = true;
  int failed_starts_ = 0;
  int boots_ = 1;  ///< Of the machine.
};

}  // namespace postroad::simulation
