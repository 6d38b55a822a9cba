#pragma once
#include <atomic>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/random.h"

namespace postroad {

/// Gives out 63-bit ids that rise with time: milliseconds since 2020 in the upper 41 bits, a counter below. Ids rise
/// strictly within a process, also across a backward clock step. Safe from any thread.
class IdSource {
 public:
  explicit IdSource(Clock& clock) : clock_(clock) {}
  std::int64_t next();
  /// At start: never give out an id at or below `seen`, whatever the clock says now.
  void continue_after(std::int64_t seen);

 private:
  Clock& clock_;
  std::atomic<std::int64_t> last_{0};
};

/// An event id: 128 bits in the layout of UUIDv7 (RFC 9562 §5.7), as 22 base64url characters (contract/events.md §2).
std::string make_event_id(Clock& clock, Random& random);

}  // namespace postroad
