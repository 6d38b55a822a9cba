#include "queue/turns.h"

#include <algorithm>

#include "queue/places.h"

namespace postroad::queue {
namespace {
std::size_t at(spool::Priority priority) { return static_cast<std::size_t>(priority); }
}  // namespace

void Turns::list(const LanePtr& lane) {
  if (lane->listed == Lane::Listed::kReady) return;
  lane->listed = Lane::Listed::kReady;
  ready_[at(lane->priority())].push_back(lane);
}

void Turns::set_apart(const LanePtr& lane) {
  lane->listed = Lane::Listed::kApart;
  apart_[at(lane->priority())].push_back(lane);
}

/// Drops entries of lanes that have been listed elsewhere since.
LanePtr Turns::first(Line& line, Lane::Listed where) {
  while (!line.empty()) {
    LanePtr lane = std::move(line.front());
    line.pop_front();
    if (lane->listed != where) continue;
    lane->listed = Lane::Listed::kNot;
    return lane;
  }
  return nullptr;
}

bool Turns::bring_back(spool::Priority priority, std::size_t most) {
  bool any = false;
  for (std::size_t i = 0; i < most; ++i) {
    const LanePtr lane = first(apart_[at(priority)], Lane::Listed::kApart);
    if (lane == nullptr) break;
    list(lane);
    any = true;
  }
  return any;
}

LanePtr Turns::next(bool high_may, bool bulk_may) {
  using enum spool::Priority;
  LanePtr lane;
  const bool bulk_first = high_in_a_row_ >= kHighInARowMax;
  if (bulk_may && bulk_first) lane = first(ready_[at(kBulk)], Lane::Listed::kReady);
  if (lane == nullptr && high_may) lane = first(ready_[at(kHigh)], Lane::Listed::kReady);
  if (lane == nullptr && bulk_may && !bulk_first) lane = first(ready_[at(kBulk)], Lane::Listed::kReady);
  if (lane == nullptr) return nullptr;
  high_in_a_row_ = lane->priority() == kHigh ? std::min(high_in_a_row_ + 1, kHighInARowMax) : 0;
  return lane;
}

}  // namespace postroad::queue
