#include "queue/queue.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"

namespace postroad::queue {

Queue::Queue(Clock& clock, net::Timers& timers, net::Executor& executor, storage::Store& store, spool::Spool& spool,
             const OutcomeWriter& writer, Courier& courier, QueueLimits limits)
    : clock_(clock),
      timers_(timers),
      executor_(executor),
      store_(store),
      spool_(spool),
      writer_(writer),
      courier_(courier),
      limits_(limits) {}

Result<void> Queue::start() {
  ASSIGN_OR_RETURN(std::vector<spool::LaneSummary> found, spool_.lanes());
  asio::post(executor_.loop(0), [this, found = std::move(found)] {
    for (const spool::LaneSummary& summary : found) {
      const LanePtr lane = lane_named(summary.lane);
      lane->mark_more_on_disk();
      touch(lane);
    }
  });
  return {};
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
    const LanePtr lane = lane_named(due.recipient.lane);
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
      const auto found = lanes_.find(recipient.lane);
      if (found == lanes_.end()) continue;
      const LanePtr lane = found->second;
      lane->withdraw(recipient.id);
      touch(lane);
    }
  });
}

Queue::LanePtr Queue::lane_named(const std::string& name) {
  LanePtr& lane = lanes_[name];
  if (lane == nullptr) lane = std::make_shared<Lane>(name);
  return lane;
}

/// Puts a lane where it belongs after any change: among the ready, among the waiting, or out.
void Queue::touch(const LanePtr& lane) {
  if (lane->wants_load() && !stopping_) {
    lane->begin_load();
    asio::co_spawn(executor_.loop(0), load(lane), asio::detached);
  }
  if (lane->has_due(clock_.wall()) && lane->in_flight_jobs() < limits_.jobs_per_lane_max) {
    if (!lane->listed_ready) {
      lane->listed_ready = true;
      ready_.push_back(lane);
    }
  } else if (!lane->has_due(clock_.wall())) {
    list_waiting(lane);
  }
  if (lane->idle() && !lane->listed_ready) lanes_.erase(lane->name());
}

void Queue::list_waiting(const LanePtr& lane) {
  const std::optional<WallTime> due = lane->next_due();
  if (!due || (lane->listed_due && *lane->listed_due <= *due)) return;
  lane->listed_due = due;
  waiting_.emplace(*due, lane);
  arm();
}

/// Lanes take turns, one job each, until nothing is due or every place is taken.
void Queue::pump() {
  while (!stopping_ && !ready_.empty() && jobs_ < limits_.jobs_max) {
    const LanePtr lane = ready_.front();
    ready_.pop_front();
    lane->listed_ready = false;
    if (lane->in_flight_jobs() >= limits_.jobs_per_lane_max) continue;
    std::vector<spool::DueRecipient> taken = lane->take_due(clock_.wall());
    if (!taken.empty()) dispatch(lane, std::move(taken));
    touch(lane);
  }
}

void Queue::dispatch(const LanePtr& lane, std::vector<spool::DueRecipient> taken) {
  Job job{.message = taken.front().message, .lane = lane->name(), .recipients = {}};
  job.recipients.reserve(taken.size());
  for (spool::DueRecipient& due : taken) job.recipients.push_back(std::move(due.recipient));
  lane->job_started();
  ++jobs_;
  next_loop_ = (next_loop_ + 1) % executor_.loops();
  asio::co_spawn(executor_.loop(next_loop_), run_job(lane, std::move(job)), asio::detached);
}

asio::awaitable<void> Queue::run_job(LanePtr lane, Job job) {
  const Deadline deadline = clock_.mono() + limits_.attempt_deadline;
  std::vector<Outcome> outcomes = co_await courier_.deliver(job, deadline);
  std::vector<Written> written = co_await write_outcomes(job, std::move(outcomes));
  asio::post(executor_.loop(0), [this, lane = std::move(lane), job = std::move(job), written = std::move(written)] {
    job_ended(lane, job, written);
  });
}

/// Until it is durable: an outcome that cannot be written yet keeps its place, so a full disk slows us and repeats
/// nothing. After a failed sync the recipients stay as they were; the next start tries them again.
asio::awaitable<std::vector<Written>> Queue::write_outcomes(Job job, std::vector<Outcome> outcomes) {
  for (;;) {
    storage::Unit unit;
    std::vector<Written> written = writer_.write(unit, job, outcomes);
    if (unit.empty()) co_return written;
    const Result<WallTime> committed = co_await store_.commit(std::move(unit));
    if (committed) co_return written;
    if (committed.error().code == ErrorCode::kConflict && job.recipients.size() > 1) {
      co_return co_await write_one_by_one(std::move(job), std::move(outcomes));
    }
    if (committed.error().code == ErrorCode::kConflict) {
      log::info("outcome_refused", {{"message", job.message->message_id}, {"why", committed.error().detail}});
      for (Written& one : written) one.fate = Written::Fate::kEnded;
      co_return written;
    }
    log::error("outcome_not_written", {{"message", job.message->message_id}, {"error", committed.error().detail}});
    if (committed.error().code != ErrorCode::kDiskFull) {
      for (Written& one : written) one.fate = Written::Fate::kHeld;
      co_return written;
    }
    co_await timers_.sleep_until(clock_.mono() + kCommitRetry);
  }
}

/// One of the recipients has ended otherwise, while it was being delivered: its outcome comes too late, and must not take
/// the others with it.
asio::awaitable<std::vector<Written>> Queue::write_one_by_one(Job job, std::vector<Outcome> outcomes) {
  std::vector<Written> all;
  for (const spool::Recipient& recipient : job.recipients) {
    Job one{.message = job.message, .lane = job.lane, .recipients = {recipient}};
    std::vector<Outcome> its_outcome;
    std::ranges::copy_if(outcomes, std::back_inserter(its_outcome),
                         [&recipient](const Outcome& outcome) { return outcome.recipient == recipient.id; });
    std::vector<Written> written = co_await write_outcomes(std::move(one), std::move(its_outcome));
    std::ranges::move(written, std::back_inserter(all));
  }
  co_return all;
}

void Queue::job_ended(const LanePtr& lane, const Job& job, std::vector<Written> written) {
  --jobs_;
  lane->job_ended();
  for (Written& one : written) {
    if (one.fate == Written::Fate::kHeld) continue;  // Stays known as in flight: not loaded again before a restart.
    lane->ended(one.recipient.id);
    if (one.fate == Written::Fate::kWaits) lane->add({job.message, std::move(one.recipient)});
  }
  touch(lane);
  pump();
}

asio::awaitable<void> Queue::load(LanePtr lane) {
  const std::size_t asked = lane->load_size();
  Result<std::vector<spool::DueRecipient>> found =
      co_await spool_.load_window(lane->name(), static_cast<std::int64_t>(asked));
  if (found) {
    lane->loaded(*std::move(found), asked);
  } else {
    log::error("lane_not_loaded", {{"lane", lane->name()}, {"error", found.error().detail}});
    lane->load_failed();
    co_await timers_.sleep_until(clock_.mono() + kCommitRetry);
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
  while (jobs_ > 0 && clock_.mono() < deadline) {
    co_await timers_.sleep_until(clock_.mono() + std::chrono::milliseconds{10});
  }
}

asio::awaitable<std::vector<LaneView>> Queue::view() {
  co_await asio::post(executor_.loop(0), asio::use_awaitable);
  std::vector<LaneView> lanes;
  lanes.reserve(lanes_.size());
  for (const auto& [name, lane] : lanes_) lanes.push_back({name, lane->waiting(), lane->in_flight_jobs()});
  co_return lanes;
}

}  // namespace postroad::queue
