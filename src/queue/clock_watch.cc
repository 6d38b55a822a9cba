#include "queue/clock_watch.h"

#include <algorithm>

#include "base/log.h"

namespace postroad::queue {
namespace {

std::chrono::microseconds offset_of(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::microseconds>(clock.wall().time_since_epoch() - clock.mono().time_since_epoch());
}

}  // namespace

ClockWatch::ClockWatch(const Clock& clock) : clock_(clock), offset_(offset_of(clock)) {}

void ClockWatch::look() {
  const std::chrono::microseconds offset = offset_of(clock_);
  const std::chrono::microseconds by = offset - offset_;
  offset_ = offset;
  if (std::chrono::abs(by) < kStepMin) return;
  log::warn("clock_was_set", {{"seconds", std::chrono::duration_cast<std::chrono::seconds>(by).count()}});
  if (by.count() < 0) {
    ++set_back_;
    return;
  }
  if (ahead_.size() == kStepsMax) ahead_.erase(ahead_.begin());
  ahead_.push_back({clock_.wall() - by, by});
}

std::uint64_t ClockWatch::set_back() {
  const std::lock_guard lock(mutex_);
  look();
  return set_back_;
}

std::chrono::microseconds ClockWatch::set_ahead_since(WallTime then) {
  const std::lock_guard lock(mutex_);
  look();
  std::chrono::microseconds sum{0};
  for (const Step& step : ahead_) {
    if (then <= step.from) sum += step.by;
  }
  return std::min<std::chrono::microseconds>(sum, kSetAheadMax);
}

}  // namespace postroad::queue
