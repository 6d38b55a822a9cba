// Queue: recipients that were under way when a former process ended, one after another beside the lanes.
#include "base/log.h"
#include "queue/queue.h"

namespace postroad::queue {

/// Until there is none left. The next begins when one has come to an end, or takes so long that a crash of what follows
/// could not be told from its own otherwise: then it is noted as late.
asio::awaitable<void> Queue::try_suspects() {
  while (!stopping_) {
    if (suspects_.empty()) co_await load_suspects();
    if (suspects_.empty()) break;
    if (!try_suspect()) {
      co_await timers_.sleep_until(clock_.mono() + kAloneFor);
      continue;
    }
    const MonoTime late = clock_.mono() + kAloneFor;
    while (alone_ && clock_.mono() < late) co_await timers_.sleep_until(clock_.mono() + kSuspectPoll);
    if (alone_) guard_->late(*alone_);
    alone_.reset();
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

/// The first whose destination has a place for it; false when none has.
bool Queue::try_suspect() {
  for (std::size_t untried = suspects_.size(); untried > 0; --untried) {
    spool::DueRecipient one = std::move(suspects_.front());
    suspects_.pop_front();
    const LanePtr lane = lane_of(one.recipient.lane, one.recipient.priority);
    if (!places_.has_room(spool::Priority::kHigh) || !has_place_there(lane)) {
      suspects_.push_back(std::move(one));
      continue;
    }
    lane->tried_elsewhere(one.recipient.id);
    suspects_under_way_.insert(one.recipient.id);
    std::vector<spool::DueRecipient> taken;
    taken.push_back(std::move(one));
    alone_ = dispatch(lane, std::move(taken), Trial::kAlone);
    return true;
  }
  return false;
}

}  // namespace postroad::queue
