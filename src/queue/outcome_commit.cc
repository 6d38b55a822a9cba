#include "queue/outcome_commit.h"

#include <algorithm>

#include "base/log.h"

namespace postroad::queue {

/// Until it is durable: an outcome that cannot be written yet keeps its place, so a full disk slows us and repeats
/// nothing. After a failed sync the recipients stay as they were; the next start tries them again.
asio::awaitable<std::vector<Written>> OutcomeCommit::write(Job job, std::vector<Outcome> outcomes) const {
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
asio::awaitable<std::vector<Written>> OutcomeCommit::write_one_by_one(Job job,
                                                                     std::vector<Outcome> outcomes) const {
  std::vector<Written> all;
  for (const spool::Recipient& recipient : job.recipients) {
    Job one{.message = job.message, .lane = job.lane, .recipients = {recipient}};
    std::vector<Outcome> its_outcome;
    std::ranges::copy_if(outcomes, std::back_inserter(its_outcome),
                         [&recipient](const Outcome& outcome) { return outcome.recipient == recipient.id; });
    std::vector<Written> written = co_await write(std::move(one), std::move(its_outcome));
    std::ranges::move(written, std::back_inserter(all));
  }
  co_return all;
}

}  // namespace postroad::queue
