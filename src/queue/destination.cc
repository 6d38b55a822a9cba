#include "queue/destination.h"

#include <algorithm>

#include "base/assert.h"

namespace postroad::queue {

Lane& Destination::lane(spool::Priority priority) {
  std::unique_ptr<Lane>& one = lanes_[static_cast<std::size_t>(priority)];
  if (one == nullptr) one = std::make_unique<Lane>(*this, priority);
  return *one;
}

MonoTime Destination::attempt_began(spool::Priority priority, std::size_t recipients, MonoTime now) {
  const MonoTime late = now + kQuickWithin * static_cast<int>(recipients);
  late_at_.insert(late);
  ++running_[static_cast<std::size_t>(priority)];
  high_in_a_row_ = priority == spool::Priority::kHigh ? high_in_a_row_ + 1 : 0;
  return late;
}

void Destination::attempt_ended(spool::Priority priority, MonoTime late_at, MonoTime now) {
  const auto found = late_at_.find(late_at);
  PR_ASSERT(found != late_at_.end());
  late_at_.erase(found);
  --running_[static_cast<std::size_t>(priority)];
  last_in_time_ = now < late_at;
}

Pace Destination::pace(MonoTime now) const {
  const bool late = !late_at_.empty() && *late_at_.begin() <= now;
  return last_in_time_ && !late ? Pace::kQuick : Pace::kUnproven;
}

bool Destination::idle() const {
  if (running() != 0) return false;
  return std::ranges::all_of(lanes_, [](const auto& lane) { return lane == nullptr || lane->idle(); });
}

}  // namespace postroad::queue
