#pragma once
#include <chrono>
#include <cstdint>

namespace postroad {

/// Wall time, UTC, in microseconds since 1970. Only for times that are stored or shown.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
/// Monotonic time of this process. Every wait is measured in it, so a clock jump moves no deadline.
using MonoTime = std::chrono::steady_clock::time_point;
/// The point at which whoever waits gives up; passed down unchanged, never restarted.
using Deadline = MonoTime;

/// The seam for time: nothing else in the program calls now().
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual MonoTime mono() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  WallTime wall() const override;
  MonoTime mono() const override;
};

/// A clock that a test moves by hand.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start = WallTime{std::chrono::seconds{1'772'355'912}}) : wall_(start) {}
  WallTime wall() const override { return wall_; }
  MonoTime mono() const override { return mono_; }
  void advance(std::chrono::microseconds by) {
    wall_ += by;
    mono_ += by;
  }

 private:
  WallTime wall_;
  MonoTime mono_{std::chrono::seconds{1}};
};

}  // namespace postroad
