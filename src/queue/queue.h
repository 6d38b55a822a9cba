#pragma once
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/loops.h"
#include "net/timers.h"
#include "queue/courier.h"
#include "queue/lane.h"
#include "queue/outcome_writer.h"
#include "spool/spool.h"
#include "storage/store.h"

namespace postroad::queue {

struct QueueLimits {
  std::size_t jobs_max = 2000;          ///< [delivery] max_connections
  std::size_t jobs_per_lane_max = 20;   ///< [delivery] per_destination
  std::chrono::seconds attempt_deadline = std::chrono::minutes{10};
};

/// What `postroad queue` shows of a lane.
struct LaneView {
  std::string lane;
  std::size_t window = 0;
  std::size_t in_flight = 0;
};

/// The schedule of (recipient, due): lanes take turns, each with a bounded window in memory; the only writer of
/// outcomes. Lives on loop 0; `became_due` may be called from any thread.
class Queue final : public spool::DueListener {
 public:
  static constexpr std::chrono::seconds kSleepMax{60};          ///< A clock step is noticed after this at the latest.
  static constexpr std::chrono::milliseconds kCommitRetry{500};  ///< Between tries to write outcomes to a full disk.

  Queue(Clock& clock, net::Timers& timers, net::Executor& executor, storage::Store& store, spool::Spool& spool,
        const OutcomeWriter& writer, Courier& courier, QueueLimits limits);

  /// Reads the lanes from the store and begins to deliver.
  Result<void> start();
  /// No new attempt; returns when the running ones have been written, or at `deadline`.
  asio::awaitable<void> stop(Deadline deadline);

  void became_due(std::vector<spool::DueRecipient> recipients) override;
  void withdrew(std::vector<spool::WithdrawnRecipient> recipients) override;

  /// Any loop.
  asio::awaitable<std::vector<LaneView>> view();

 private:
  using LanePtr = std::shared_ptr<Lane>;

  void drain_inbox();
  LanePtr lane_named(const std::string& name);
  void touch(const LanePtr& lane);
  void list_waiting(const LanePtr& lane);
  void pump();
  void dispatch(const LanePtr& lane, std::vector<spool::DueRecipient> taken);
  asio::awaitable<void> run_job(LanePtr lane, Job job);
  asio::awaitable<std::vector<Written>> write_outcomes(Job job, std::vector<Outcome> outcomes);
  asio::awaitable<std::vector<Written>> write_one_by_one(Job job, std::vector<Outcome> outcomes);
  void job_ended(const LanePtr& lane, const Job& job, std::vector<Written> written);
  asio::awaitable<void> load(LanePtr lane);
  void arm();
  asio::awaitable<void> wake_at(WallTime due);

  Clock& clock_;
  net::Timers& timers_;
  net::Executor& executor_;
  storage::Store& store_;
  spool::Spool& spool_;
  const OutcomeWriter& writer_;
  Courier& courier_;
  const QueueLimits limits_;

  std::mutex inbox_mutex_;  ///< Guards the next two.
  std::vector<spool::DueRecipient> inbox_;
  bool inbox_posted_ = false;

  // Loop 0 only.
  std::unordered_map<std::string, LanePtr> lanes_;
  std::deque<LanePtr> ready_;
  std::multimap<WallTime, LanePtr> waiting_;
  std::optional<WallTime> armed_;
  std::size_t jobs_ = 0;
  std::size_t next_loop_ = 0;
  bool stopping_ = false;
};

}  // namespace postroad::queue
