#pragma once
#include <chrono>
#include <vector>

#include "base/warp.h"

namespace postroad::queue {

/// When a deferred recipient is tried again, and when it is given up (contract/sending.md §5).
struct RetrySchedule {
  std::vector<std::chrono::seconds> waits{std::chrono::minutes{10}, std::chrono::minutes{15}, std::chrono::minutes{30},
                                          std::chrono::hours{1},    std::chrono::hours{2},    std::chrono::hours{4}};
  std::chrono::seconds attempt_for = std::chrono::hours{8};
  Warp warp;  ///< Shortens the waits; not `attempt_for`, which is in a recipient's `expires` already.

  /// The wait after attempt number `attempts` (from 1), as the timetable has it; the last one repeats.
  std::chrono::seconds wait_after(int attempts) const;
  /// No retry is further away.
  std::chrono::microseconds longest_wait() const;
};

/// What follows a deferred attempt.
struct RetryDecision {
  bool give_up = false;
  WallTime due{};                    ///< When not given up; never after `expires`, so the last try is at the end.
  std::chrono::seconds wait{};
};
RetryDecision decide_retry(const RetrySchedule& schedule, int attempts, WallTime now, WallTime expires);

}  // namespace postroad::queue
