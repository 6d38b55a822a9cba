#include "queue/retry.h"

#include <algorithm>

#include "base/assert.h"

namespace postroad::queue {

std::chrono::seconds RetrySchedule::wait_after(int attempts) const {
  PR_ASSERT(attempts >= 1 && !waits.empty());
  return waits[std::min<std::size_t>(static_cast<std::size_t>(attempts) - 1, waits.size() - 1)];
}

std::chrono::microseconds RetrySchedule::longest_wait() const {
  PR_ASSERT(!waits.empty());
  return warp.of(std::ranges::max(waits));
}

RetryDecision decide_retry(const RetrySchedule& schedule, int attempts, WallTime now, WallTime expires) {
  if (now >= expires) return {.give_up = true, .due = {}, .wait = {}};
  const WallTime due = std::min<WallTime>(now + schedule.warp.of(schedule.wait_after(attempts)), expires);
  return {.give_up = false, .due = due, .wait = std::chrono::ceil<std::chrono::seconds>(due - now)};
}

}  // namespace postroad::queue
