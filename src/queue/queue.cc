#include "queue/queue.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"

namespace postroad::queue {

Queue::Queue(Clock& clock, net::Timers& timers, net::Executor& executor, storage::Store& store, spool::Spool& spool,
             const OutcomeWriter& writer, Courier& courier, QueueLimits limits, CrashGuard* guard, TakenFile* taken)
    : clock_(clock),
      timers_(timers),
      executor_(executor),
      spool_(spool),
      courier_(courier),
      outcomes_(clock, timers, store, writer),
      limits_(limits),
      watch_(writer.clock_watch()),
      longest_wait_(writer.schedule().longest_wait()),
      guard_(guard),
      taken_(taken),
      places_(limits) {}

Result<void> Queue::start() {
  ASSIGN_OR_RETURN(std::vector<spool::LaneSummary> found, spool_.lanes());
  asio::co_spawn(executor_.loop(0), begin(std::move(found)), asio::detached);
  return {};
}

/// No attempt before the former process's are charged: the file that tells of them is written anew by the first.
asio::awaitable<void> Queue::begin(std::vector<spool::LaneSummary> found) {
  if (taken_ != nullptr) co_await write_down_taken();
  while (guard_ != nullptr && !stopping_) {
    const Result<void> charged = co_await guard_->charge();
    if (charged) break;
    log::error("crash_not_charged", {{"error", charged.error().detail}});
    co_await timers_.sleep_until(clock_.mono() + kLoadRetry);
  }
  begun_ = true;
  trying_suspects_ = guard_ != nullptr;
  if (guard_ != nullptr) asio::co_spawn(executor_.loop(0), try_suspects(), asio::detached);
  for (const spool::Priority priority : spool::kPriorities) {
    for (const spool::LaneSummary& summary : found) {
      if (summary.priority != priority) continue;
      const LanePtr lane = lane_of(summary.lane, priority);
      lane->mark_more_on_disk();
      touch(lane);
    }
  }
  if (!found.empty()) {
    recalling_ = true;  // The clock may have been set back while nobody watched.
    asio::co_spawn(executor_.loop(0), recall_retries(), asio::detached);
  }
  pump();
}

void Queue::look_again(std::string lane, spool::Priority priority) {
  asio::post(executor_.loop(0), [this, name = std::move(lane), priority] {
    const LanePtr lane = lane_of(name, priority);
    lane->mark_more_on_disk();
    touch(lane);
  });
}

void Queue::became_due(std::vector<spool::DueRecipient> recipients) {
  const std::lock_guard lock(inbox_mutex_);
  std::ranges::move(recipients, std::back_inserter(inbox_));
  if (inbox_posted_) return;
  inbox_posted_ = true;
  asio::post(executor_.loop(0), [this] { drain_inbox(); });
}

void Queue::drain_inbox() {
  std::vector<spool::DueRecipient> arrived;
  {
    const std::lock_guard lock(inbox_mutex_);
    arrived.swap(inbox_);
    inbox_posted_ = false;
  }
  for (spool::DueRecipient& due : arrived) {
    const LanePtr lane = lane_of(due.recipient.lane, due.recipient.priority);
    lane->add(std::move(due));
    touch(lane);
  }
  pump();
}

/// In the inbox first: what has arrived but is in no lane yet is withdrawn with the rest, since this runs after it.
void Queue::withdrew(std::vector<spool::WithdrawnRecipient> recipients) {
  asio::post(executor_.loop(0), [this, recipients = std::move(recipients)] {
    drain_inbox();
    for (const spool::WithdrawnRecipient& recipient : recipients) {
      std::erase_if(suspects_, [&recipient](const spool::DueRecipient& one) { return one.recipient.id == recipient.id; });
      const auto found = destinations_.find(recipient.lane);
      if (found == destinations_.end()) continue;
      const std::shared_ptr<Destination> destination = found->second;
      for (const spool::Priority priority : spool::kPriorities) {
        Lane* lane = destination->find_lane(priority);
        if (lane == nullptr) continue;
        lane->withdraw(recipient.id);
        touch({destination, lane});
      }
    }
  });
}

LanePtr Queue::lane_of(const std::string& name, spool::Priority priority) {
  std::shared_ptr<Destination>& destination = destinations_[name];
  if (destination == nullptr) destination = std::make_shared<Destination>(name);
  return {destination, &destination->lane(priority)};
}

/// Puts a lane where it belongs after any change: among the ready, among the waiting, or out. One that has something due
/// but no place at its destination is touched again when an attempt there ends.
void Queue::touch(const LanePtr& lane) {
  if (lane->wants_load() && !stopping_) {
    lane->begin_load();
    asio::co_spawn(executor_.loop(0), load(lane), asio::detached);
  }
  if (!lane->has_due(clock_.wall())) {
    list_waiting(lane);
  } else if (const std::optional<WallTime> until = told_to_wait(lane)) {
    if (*until != WallTime::max()) list_at(lane, *until);  // Else until the rules change.
  } else if (lane->listed == Lane::Listed::kNot && has_place_there(lane)) {
    turns_.list(lane);
  }
  forget_if_idle(lane->destination());
}

void Queue::touch_both(const LanePtr& lane) {
  for (const spool::Priority priority : spool::kPriorities) {
    if (Lane* one = lane->destination().find_lane(priority); one != nullptr) touch({lane, one});
  }
}

/// Another of that name may have come since: a lane that was withdrawn whole still stands among the waiting.
void Queue::forget_if_idle(Destination& destination) {
  if (!destination.idle() || destination.next_slot > clock_.mono()) return;
  const auto found = destinations_.find(destination.name());
  if (found != destinations_.end() && found->second.get() == &destination) destinations_.erase(found);
}

void Queue::list_waiting(const LanePtr& lane) {
  if (const std::optional<WallTime> due = lane->next_due()) list_at(lane, *due);
}

void Queue::list_at(const LanePtr& lane, WallTime time) {
  if (lane->listed_due && *lane->listed_due <= time) return;
  lane->listed_due = time;
  waiting_.emplace(time, lane);
  arm();
}

std::size_t Queue::dispatch(const LanePtr& lane, std::vector<spool::DueRecipient> taken, Trial trial) {
  Destination& destination = lane->destination();
  Attempt attempt{.lane = lane, .job = {.message = taken.front().message, .lane = destination.name(), .recipients = {}},
                  .late_at = {}, .trial = trial};
  for (spool::DueRecipient& due : taken) attempt.job.recipients.push_back(std::move(due.recipient));
  if (guard_ != nullptr) attempt.place = guard_->began(attempt.job, trial);
  places_.take(lane->priority(), destination.counted_as);
  attempt.late_at = destination.attempt_began(lane->priority(), attempt.job.recipients.size(), clock_.mono());
  const std::size_t place = attempt.place;
  next_loop_ = (next_loop_ + 1) % executor_.loops();
  asio::co_spawn(executor_.loop(next_loop_), run(std::move(attempt)), asio::detached);
  return place;
}

asio::awaitable<void> Queue::run(Attempt attempt) {
  const Deadline deadline = clock_.mono() + (attempt.trial == Trial::kUsual ? limits_.attempt_deadline : kSuspectDeadline);
  std::vector<Outcome> outcomes = co_await courier_.deliver(attempt.job, deadline);
  if (taken_ != nullptr && outcomes.size() == 1) taken_->note(attempt.place, attempt.job.message->id, outcomes.front());
  std::vector<Written> written = co_await outcomes_.write(attempt.job, std::move(outcomes));
  asio::post(executor_.loop(0), [this, attempt = std::move(attempt), written = std::move(written)] {
    ended(attempt, written);
  });
}

void Queue::ended(const Attempt& attempt, std::vector<Written> written) {
  const LanePtr& lane = attempt.lane;
  Destination& destination = lane->destination();
  places_.give_back(lane->priority(), destination.counted_as);
  destination.attempt_ended(lane->priority(), attempt.late_at, clock_.mono());
  if (guard_ != nullptr) guard_->ended(attempt.place);
  if (attempt.trial == Trial::kAlone) {
    suspects_under_way_.erase(attempt.job.recipients.front().id);
    apart_.erase(attempt.place);
  }
  for (Written& one : written) {
    if (one.fate == Written::Fate::kHeld) continue;  // Stays known as in flight: not loaded again before a restart.
    lane->ended(one.recipient.id);
    const bool held = held_under_way_.erase(one.recipient.id) > 0;
    if (one.fate == Written::Fate::kWaits && !held) lane->add({attempt.job.message, std::move(one.recipient)});
  }
  touch_both(lane);
  pump();
}

asio::awaitable<void> Queue::load(LanePtr lane) {
  const std::size_t asked = lane->load_size();
  Result<std::vector<spool::DueRecipient>> found =
      co_await spool_.load_window(lane->destination().name(), lane->priority(), static_cast<std::int64_t>(asked));
  if (found) {
    lane->loaded(*std::move(found), asked);
  } else {
    log::error("lane_not_loaded", {{"lane", lane->destination().name()}, {"error", found.error().detail}});
    lane->load_failed();
    co_await timers_.sleep_until(clock_.mono() + kLoadRetry);
  }
  touch(lane);
  pump();
}

/// One sleeper for the earliest due time; an earlier one may be added, a late one wakes for nothing.
void Queue::arm() {
  if (stopping_ || waiting_.empty()) return;
  const WallTime earliest = waiting_.begin()->first;
  if (armed_ && *armed_ <= earliest) return;
  armed_ = earliest;
  asio::co_spawn(executor_.loop(0), wake_at(earliest), asio::detached);
}

asio::awaitable<void> Queue::wake_at(WallTime due) {
  const auto wait = std::clamp<std::chrono::microseconds>(due - clock_.wall(), std::chrono::milliseconds{1}, kSleepMax);
  co_await timers_.sleep_until(clock_.mono() + wait);
  if (armed_ && *armed_ >= due) armed_.reset();
  mind_the_clock();
  const WallTime now = clock_.wall();
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    const LanePtr lane = waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    lane->listed_due.reset();
    touch(lane);
  }
  arm();
  pump();
}

asio::awaitable<void> Queue::stop(Deadline deadline) {
  co_await asio::post(executor_.loop(0), asio::use_awaitable);
  stopping_ = true;
  while ((places_.taken() > 0 || trying_suspects_) && clock_.mono() < deadline) {
    co_await timers_.sleep_until(clock_.mono() + std::chrono::milliseconds{10});
  }
  if (guard_ != nullptr) guard_->close();
  if (taken_ != nullptr && places_.taken() == 0) taken_->close();
}

asio::awaitable<std::vector<LaneView>> Queue::view() {
  co_await asio::post(executor_.loop(0), asio::use_awaitable);
  std::vector<LaneView> lanes;
  for (const auto& [name, destination] : destinations_) {
    for (const spool::Priority priority : spool::kPriorities) {
      const Lane* lane = destination->find_lane(priority);
      if (lane != nullptr && !(lane->idle() && destination->running(priority) == 0)) {
        lanes.push_back({name, priority, lane->waiting(), destination->running(priority)});
      }
    }
  }
  co_return lanes;
}

}  // namespace postroad::queue
