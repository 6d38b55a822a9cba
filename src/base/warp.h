#pragma once
#include <algorithm>

#include "base/clock.h"

namespace postroad {

/// How many times faster than the machine's clock schedules run: the sandbox's [dev] warp. It shortens how long is waited
/// and leaves alone what time it is, so stored times, events and the deadlines of sockets stay true, and a store may be
/// opened with another warp.
class Warp {
 public:
  static constexpr int kMost = 100'000;

  constexpr Warp() = default;
  /// `times` from 1 to kMost; beyond, the nearest of them.
  constexpr explicit Warp(int times) : times_(std::clamp(times, 1, kMost)) {}
  constexpr int times() const { return times_; }
  /// How long a wait of `nominal` takes.
  constexpr std::chrono::microseconds of(std::chrono::microseconds nominal) const { return nominal / times_; }
  /// When a time ahead of `now` is reached; a time gone by stays what it is.
  constexpr WallTime of(WallTime now, WallTime ahead) const { return ahead <= now ? ahead : now + of(ahead - now); }

 private:
  int times_ = 1;
};

}  // namespace postroad
