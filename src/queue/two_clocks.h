#pragma once
// For tests: a wall clock that can be set while monotonic time goes on.
#include "base/clock.h"

namespace postroad::queue {

class TwoClocks final : public Clock {
 public:
  WallTime wall() const override { return wall_; }
  MonoTime mono() const override { return mono_; }
  void advance(std::chrono::microseconds by) {
    wall_ += by;
    mono_ += by;
  }
  void set(std::chrono::microseconds by) { wall_ += by; }

 private:
  WallTime wall_{std::chrono::seconds{1'772'355'912}};
  MonoTime mono_{std::chrono::hours{5}};
};

}  // namespace postroad::queue
