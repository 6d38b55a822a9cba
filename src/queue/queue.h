#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/loops.h"
#include "net/timers.h"
#include "queue/courier.h"
#include "queue/destination.h"
#include "queue/lane_rules.h"
#include "queue/outcome_commit.h"
#include "queue/places.h"
#include "queue/turns.h"
#include "spool/spool.h"
#include "storage/store.h"

namespace postroad::queue {

/// What `postroad queue` shows of a lane.
struct LaneView {
  std::string lane;
  spool::Priority priority = spool::Priority::kBulk;
  std::size_t window = 0;
  std::size_t in_flight = 0;
};

/// The schedule of (recipient, due): lanes take turns, each with a bounded window in memory; the only writer of
/// outcomes. Lives on loop 0; `became_due` may be called from any thread.
class Queue final : public spool::DueListener {
 public:
  static constexpr std::chrono::seconds kSleepMax{60};         ///< A clock step is noticed after this at the latest.
  static constexpr std::chrono::milliseconds kLoadRetry{500};  ///< Before a window that could not be read is asked for again.
  static constexpr std::size_t kBroughtBackMax = 4;            ///< Lanes that get into line for each place that is free.

  Queue(Clock& clock, net::Timers& timers, net::Executor& executor, storage::Store& store, spool::Spool& spool,
        const OutcomeWriter& writer, Courier& courier, QueueLimits limits);

  /// Reads the lanes from the store and begins to deliver.
  Result<void> start();
  /// No new attempt; returns when the running ones have been written, or at `deadline`.
  asio::awaitable<void> stop(Deadline deadline);

  void became_due(std::vector<spool::DueRecipient> recipients) override;
  void withdrew(std::vector<spool::WithdrawnRecipient> recipients) override;

  /// Before start(): lanes begin no attempt that these do not allow.
  void obey(const LaneRules& rules) { rules_ = &rules; }
  /// Those have changed. Any thread.
  void rules_changed();
  /// The rows of these have changed: what is known of them here is forgotten, and read again. Any thread.
  void rows_changed(std::vector<spool::WithdrawnRecipient> recipients);

  /// Any loop.
  asio::awaitable<std::vector<LaneView>> view();

 private:
  /// An attempt under way: its place is held until its outcomes are durable.
  struct Attempt {
    LanePtr lane;
    Job job;
    MonoTime late_at{};
  };

  void drain_inbox();
  LanePtr lane_of(const std::string& name, spool::Priority priority);
  void touch(const LanePtr& lane);
  void touch_both(const LanePtr& lane);
  void list_waiting(const LanePtr& lane);
  void list_at(const LanePtr& lane, WallTime time);
  std::optional<WallTime> told_to_wait(const LanePtr& lane) const;
  std::vector<spool::DueRecipient> take(const LanePtr& lane);
  void forget_if_idle(Destination& destination);
  Pace recount(const LanePtr& lane);
  bool has_place_there(const LanePtr& lane);
  bool may_begin(const LanePtr& lane);
  LanePtr turn_of(const LanePtr& lane);
  void pump();
  bool bring_back(std::size_t most);
  void serve(const LanePtr& lane);
  void dispatch(const LanePtr& lane, std::vector<spool::DueRecipient> taken);
  asio::awaitable<void> run(Attempt attempt);
  void ended(const Attempt& attempt, std::vector<Written> written);
  asio::awaitable<void> load(LanePtr lane);
  void arm();
  asio::awaitable<void> wake_at(WallTime due);

  Clock& clock_;
  net::Timers& timers_;
  net::Executor& executor_;
  spool::Spool& spool_;
  Courier& courier_;
  const OutcomeCommit outcomes_;
  const QueueLimits limits_;
  const LaneRules* rules_ = nullptr;

  std::mutex inbox_mutex_;  ///< Guards the next two.
  std::vector<spool::DueRecipient> inbox_;
  bool inbox_posted_ = false;

  // Loop 0 only.
  std::unordered_map<std::string, std::shared_ptr<Destination>> destinations_;
  Turns turns_;
  Places places_;
  std::multimap<WallTime, LanePtr> waiting_;
  std::optional<WallTime> armed_;
  std::size_t next_loop_ = 0;
  bool stopping_ = false;
};

}  // namespace postroad::queue
