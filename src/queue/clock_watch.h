#pragma once
#include <mutex>
#include <vector>

#include "base/clock.h"

namespace postroad::queue {

/// Notices when the wall clock was set, so that nobody's time to be tried ends early by it or goes on for ever. Compares
/// wall with monotonic time whenever it is asked; may be asked from any thread.
class ClockWatch {
 public:
  static constexpr std::chrono::seconds kStepMin{30};     ///< Less is a clock that is being slewed.
  static constexpr std::size_t kStepsMax = 16;            ///< Remembered; of more, the oldest are forgotten.
  static constexpr std::chrono::hours kSetAheadMax{72};   ///< A clock that began in 1970 must not make mail immortal.

  explicit ClockWatch(const Clock& clock);

  /// How often the clock was set back since the start, this moment included.
  std::uint64_t set_back();
  /// How far it was set ahead since `then`, a wall time read before; at most kSetAheadMax.
  std::chrono::microseconds set_ahead_since(WallTime then);

 private:
  struct Step {
    WallTime from;  ///< What the clock showed when it was set, at the latest.
    std::chrono::microseconds by;
  };

  void look();

  const Clock& clock_;
  std::mutex mutex_;  ///< Guards all below.
  std::chrono::microseconds offset_;
  std::vector<Step> ahead_;
  std::uint64_t set_back_ = 0;
};

}  // namespace postroad::queue
