// What the queue does when the wall clock was set back: retries would wait as much longer.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.h"
#include "queue/queue.h"

namespace postroad::queue {

void Queue::mind_the_clock() {
  const std::uint64_t set_back = watch_.set_back();
  if (set_back == set_back_ || recalling_ || stopping_) return;
  set_back_ = set_back;
  recalling_ = true;
  asio::co_spawn(executor_.loop(0), recall_retries(), asio::detached);
}

/// No retry is further away than the longest wait, unless the clock was set back since: those are due now.
asio::awaitable<void> Queue::recall_retries() {
  std::int64_t recalled = 0;
  while (!stopping_) {
    const WallTime now = clock_.wall();
    Result<std::int64_t> round = co_await spool_.recall_retries(now, now + longest_wait_ + ClockWatch::kStepMin);
    if (!round) {
      log::error("retries_not_recalled", {{"error", round.error().detail}});
      break;
    }
    if (*round == 0) break;
    recalled += *round;
  }
  recalling_ = false;
  if (recalled == 0) co_return;
  log::warn("retries_recalled", {{"recipients", recalled}, {"why", "the clock was set back"}});
  reload_all();
}

/// Every window is read again from the store.
void Queue::reload_all() {
  for (const auto& [name, destination] : std::unordered_map(destinations_)) {
    for (const spool::Priority priority : spool::kPriorities) {
      Lane* lane = destination->find_lane(priority);
      if (lane == nullptr) continue;
      lane->forget_window();
      touch({destination, lane});
    }
  }
  pump();
}

}  // namespace postroad::queue
