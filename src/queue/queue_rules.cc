// Queue: what an operator has ordered for lanes and rows.
#include <boost/asio/post.hpp>

#include "queue/queue.h"

namespace postroad::queue {

/// Until when the lane begins no attempt; nullopt: it may. A pause without an end is looked at again when the rules change.
std::optional<WallTime> Queue::told_to_wait(const LanePtr& lane) const {
  if (rules_ == nullptr) return std::nullopt;
  const WallTime now = clock_.wall();
  const Destination& destination = lane->destination();
  const std::optional<LaneRule> rule = rules_->of(destination.name(), now);
  if (!rule) return std::nullopt;
  if (rule->action == LaneRule::Action::kPause) return rule->until == WallTime{} ? WallTime::max() : rule->until;
  const auto left = std::chrono::ceil<std::chrono::microseconds>(destination.next_slot - clock_.mono());
  return left.count() > 0 ? std::optional(now + left) : std::nullopt;
}

/// One at a time where the lane is slowed, so that its rate has no bursts.
std::vector<spool::DueRecipient> Queue::take(const LanePtr& lane) {
  const WallTime now = clock_.wall();
  Destination& destination = lane->destination();
  const std::optional<LaneRule> rule = rules_ == nullptr ? std::nullopt : rules_->of(destination.name(), now);
  if (!rule) return lane->take_due(now);
  std::vector<spool::DueRecipient> taken = lane->take_due(now, 1);
  if (!taken.empty()) destination.next_slot = clock_.mono() + std::chrono::microseconds(std::chrono::hours{1}) / rule->per_hour;
  return taken;
}

void Queue::rules_changed() {
  asio::post(executor_.loop(0), [this] {
    std::vector<std::shared_ptr<Destination>> all;  // Touching one may forget it.
    for (const auto& [name, destination] : destinations_) all.push_back(destination);
    for (const std::shared_ptr<Destination>& destination : all) {
      destination->next_slot = {};
      for (const spool::Priority priority : spool::kPriorities) {
        if (Lane* lane = destination->find_lane(priority); lane != nullptr) touch({destination, lane});
      }
    }
    pump();
  });
}

void Queue::held(std::vector<spool::WithdrawnRecipient> recipients) {
  asio::post(executor_.loop(0), [this, recipients = std::move(recipients)] {
    drain_inbox();
    for (const spool::WithdrawnRecipient& recipient : recipients) {
      const auto found = destinations_.find(recipient.lane);
      if (found == destinations_.end()) continue;
      const std::shared_ptr<Destination> destination = found->second;
      for (const spool::Priority priority : spool::kPriorities) {
        Lane* const lane = destination->find_lane(priority);
        if (lane == nullptr) continue;
        if (lane->is_under_way(recipient.id)) held_under_way_.insert(recipient.id);
        lane->withdraw(recipient.id);
        touch({destination, lane});
      }
    }
  });
}

void Queue::released(std::vector<spool::WithdrawnRecipient> recipients) {
  asio::post(executor_.loop(0), [this, recipients] {
    for (const spool::WithdrawnRecipient& recipient : recipients) held_under_way_.erase(recipient.id);
  });
  rows_changed(std::move(recipients));
}

void Queue::rows_changed(std::vector<spool::WithdrawnRecipient> recipients) {
  asio::post(executor_.loop(0), [this, recipients = std::move(recipients)] {
    drain_inbox();
    for (const spool::WithdrawnRecipient& recipient : recipients) {
      for (const spool::Priority priority : spool::kPriorities) {
        const LanePtr lane = lane_of(recipient.lane, priority);
        lane->withdraw(recipient.id);
        lane->mark_more_on_disk();
      }
    }
    for (const spool::WithdrawnRecipient& recipient : recipients) {
      for (const spool::Priority priority : spool::kPriorities) touch(lane_of(recipient.lane, priority));
    }
    pump();
  });
}

}  // namespace postroad::queue
