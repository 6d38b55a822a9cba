// Queue: what a former process saw delivered and did not come to write down.
#include "base/log.h"
#include "queue/queue.h"

namespace postroad::queue {

/// Before the first attempt. What was written down after all has no row any more.
asio::awaitable<void> Queue::write_down_taken() {
  std::int64_t written = 0;
  for (const TakenDelivery& one : taken_->left()) {
    Result<std::optional<spool::DueRecipient>> found = co_await spool_.find_waiting(one.recipient);
    while (!found && !stopping_) {
      log::error("deliveries_not_written_down", {{"error", found.error().detail}});
      co_await timers_.sleep_until(clock_.mono() + kLoadRetry);
      found = co_await spool_.find_waiting(one.recipient);
    }
    if (stopping_) co_return;
    if (!*found || (*found)->message->id != one.message) continue;
    spool::DueRecipient due = **std::move(found);
    Job job{.message = std::move(due.message), .lane = due.recipient.lane, .recipients = {}};
    job.recipients.push_back(std::move(due.recipient));
    std::vector<Outcome> outcomes{one.outcome};
    const std::vector<Written> done = co_await outcomes_.write(std::move(job), std::move(outcomes));
    if (done.front().fate != Written::Fate::kEnded) co_return;  // The store has failed; the file keeps the rest.
    ++written;
  }
  if (written > 0) log::warn("deliveries_written_down", {{"count", written}, {"why", "the process had ended before it could"}});
  taken_->clear();
}

}  // namespace postroad::queue
