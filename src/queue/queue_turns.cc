// Queue: whose turn it is, and who has a place.
#include <algorithm>

#include "queue/queue.h"

namespace postroad::queue {

namespace {
LanePtr sibling(const LanePtr& lane, spool::Priority priority) { return {lane, &lane->destination().lane(priority)}; }
}  // namespace

/// How the destination answers now; its attempts are counted accordingly from here on.
Pace Queue::recount(const LanePtr& lane) {
  Destination& destination = lane->destination();
  const Pace pace = destination.pace(clock_.mono());
  if (pace == destination.counted_as) return pace;
  for (const spool::Priority priority : spool::kPriorities) {
    places_.move(priority, destination.counted_as, pace, destination.running(priority));
    Lane* one = destination.find_lane(priority);
    if (pace == Pace::kQuick && one != nullptr && one->listed == Lane::Listed::kApart) turns_.list({lane, one});
  }
  destination.counted_as = pace;
  return pace;
}

bool Queue::has_place_there(const LanePtr& lane) {
  if (told_to_wait(lane)) return false;
  const Pace pace = recount(lane);
  const Destination& destination = lane->destination();
  if (destination.running() >= places_.at_one_max(pace)) return false;
  return lane->priority() == spool::Priority::kHigh ||
         destination.running(spool::Priority::kBulk) < places_.bulk_at_one_max(pace);
}

bool Queue::may_begin(const LanePtr& lane) {
  if (!places_.has_room(lane->priority()) || !has_place_there(lane)) return false;
  return recount(lane) == Pace::kQuick || places_.unproven_room(lane->priority()) > 0;
}

/// The lane whose turn it is; or the bulk lane of the same destination, which has waited behind it long enough.
LanePtr Queue::turn_of(const LanePtr& lane) {
  if (lane->priority() == spool::Priority::kBulk || !lane->destination().owes_bulk()) return lane;
  if (lane->destination().find_lane(spool::Priority::kBulk) == nullptr) return lane;
  LanePtr bulk = sibling(lane, spool::Priority::kBulk);
  return bulk->has_due(clock_.wall()) && may_begin(bulk) ? bulk : lane;
}

/// Lanes take turns, one job each, until nothing is due or every place is taken.
void Queue::pump() {
  bring_back(kBroughtBackMax);
  while (begun_ && !stopping_) {
    const LanePtr lane = turns_.next(places_.has_room(spool::Priority::kHigh), places_.has_room(spool::Priority::kBulk));
    if (lane != nullptr) {
      serve(lane);
    } else if (!bring_back(limits_.jobs_max)) {
      return;
    }
  }
}

/// Of the lanes that wait for others not proven quick, as many as may begin now.
bool Queue::bring_back(std::size_t most) {
  bool any = false;
  for (const spool::Priority priority : spool::kPriorities) {
    if (!places_.has_room(priority)) continue;
    any |= turns_.bring_back(priority, std::min(most, places_.unproven_room(priority)));
  }
  return any;
}

void Queue::serve(const LanePtr& lane) {
  const LanePtr turn = turn_of(lane);
  if (may_begin(turn)) {
    std::vector<spool::DueRecipient> taken = take(turn);
    if (!taken.empty()) dispatch(turn, std::move(taken), Trial::kUsual);
  } else if (turn->has_due(clock_.wall()) && has_place_there(turn)) {
    turns_.set_apart(turn);
  }
  touch_both(lane);
}

/// The guard's place of the attempt; 0 without a guard.

}  // namespace postroad::queue
