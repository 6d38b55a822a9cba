// Queue: recipients that were under way when a former process ended, a few at a time or alone, beside the lanes.
#include "base/log.h"
#include "queue/queue.h"

namespace postroad::queue {

/// Until there is none left. The next begins when there is room among those that are waited for; one that takes so long that
/// the others would stand still is noted as late, and waited for no more.
asio::awaitable<void> Queue::try_suspects() {
  while (!stopping_) {
    if (suspects_.empty() && apart_.empty()) co_await load_suspects();
    if (suspects_.empty() && apart_.empty()) break;
    if (try_suspect()) continue;
    co_await timers_.sleep_until(clock_.mono() + (apart_.empty() ? kAloneFor : kSuspectPoll));
    std::erase_if(apart_, [this, now = clock_.mono()](const auto& one) {
      if (now < one.second) return false;
      guard_->late(one.first);
      return true;
    });
  }
  trying_suspects_ = false;
}

asio::awaitable<void> Queue::load_suspects() {
  const std::int64_t asked = kSuspectsMax + std::ssize(suspects_under_way_);
  Result<std::vector<spool::DueRecipient>> found = co_await guard_->suspects(asked);
  while (!found) {
    log::error("suspects_not_loaded", {{"error", found.error().detail}});
    co_await timers_.sleep_until(clock_.mono() + kLoadRetry);
    if (stopping_) co_return;
    found = co_await guard_->suspects(asked);
  }
  for (spool::DueRecipient& one : *found) {
    if (!suspects_under_way_.contains(one.recipient.id)) suspects_.push_back(std::move(one));
  }
}

/// The first whose destination has a place for it, and that may be tried beside those under way: whoever has been charged twice
/// is tried alone, so that a third crash says who it was. False when there is none.
bool Queue::try_suspect() {
  if (!apart_.empty() && (one_is_alone_ || apart_.size() >= kSuspectsTogether)) return false;
  for (std::size_t untried = suspects_.size(); untried > 0; --untried) {
    spool::DueRecipient one = std::move(suspects_.front());
    suspects_.pop_front();
    const bool must_be_alone = one.recipient.crashes > 1;
    const LanePtr lane = lane_of(one.recipient.lane, one.recipient.priority);
    // As one of high priority, or bulk that never ends could keep the place that it needs.
    const bool full = lane->destination().running() >= places_.at_one_max(recount(lane));
    if (full || (must_be_alone && !apart_.empty()) || !places_.has_room(spool::Priority::kHigh)) {
      suspects_.push_back(std::move(one));
      continue;
    }
    lane->tried_elsewhere(one.recipient.id);
    suspects_under_way_.insert(one.recipient.id);
    std::vector<spool::DueRecipient> taken;
    taken.push_back(std::move(one));
    apart_.emplace(dispatch(lane, std::move(taken), Trial::kAlone), clock_.mono() + kAloneFor);
    one_is_alone_ = must_be_alone;
    return true;
  }
  return false;
}

}  // namespace postroad::queue
