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
#include "queue/crash_guard.h"
#include "queue/destination.h"
#include "queue/lane_rules.h"
#include "queue/outcome_commit.h"
#include "queue/places.h"
#include "queue/taken_file.h"
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
  static constexpr std::int64_t kSuspectsMax = 1000;           ///< In memory.
  static constexpr std::size_t kSuspectsTogether = 16;         ///< Of those that were charged once.
  static constexpr std::chrono::seconds kAloneFor{1};          ///< A suspect that takes longer is not waited for …
  static constexpr std::chrono::seconds kSuspectDeadline{60};  ///< … and is given up after this, to be tried like any other.
  static constexpr std::chrono::milliseconds kSuspectPoll{2};

  Queue(Clock& clock, net::Timers& timers, net::Executor& executor, storage::Store& store, spool::Spool& spool,
        const OutcomeWriter& writer, Courier& courier, QueueLimits limits, CrashGuard* guard = nullptr,
        TakenFile* taken = nullptr);

  /// Reads the lanes from the store and begins to deliver; what was under way when a former process ended, apart.
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
  /// They are held: none of them is given out, and those under way do not come back. Any thread, as the next.
  void held(std::vector<spool::WithdrawnRecipient> recipients);
  void released(std::vector<spool::WithdrawnRecipient> recipients);
  /// The store has recipients of this lane that the queue may not know, such as those that were let go. Any thread.
  void look_again(std::string lane, spool::Priority priority);

 private:
  /// An attempt under way: its place is held until its outcomes are durable.
  struct Attempt {
    LanePtr lane;
    Job job;
    MonoTime late_at{};
    Trial trial = Trial::kUsual;
    std::size_t place = 0;  ///< The guard's.
  };

  asio::awaitable<void> begin(std::vector<spool::LaneSummary> found);
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
  std::size_t dispatch(const LanePtr& lane, std::vector<spool::DueRecipient> taken, Trial trial);
  asio::awaitable<void> run(Attempt attempt);
  void ended(const Attempt& attempt, std::vector<Written> written);
  asio::awaitable<void> load(LanePtr lane);
  asio::awaitable<void> try_suspects();
  asio::awaitable<void> load_suspects();
  bool try_suspect();
  void arm();
  asio::awaitable<void> wake_at(WallTime due);
  asio::awaitable<void> write_down_taken();
  void mind_the_clock();
  asio::awaitable<void> recall_retries();
  void reload_all();

  Clock& clock_;
  net::Timers& timers_;
  net::Executor& executor_;
  spool::Spool& spool_;
  Courier& courier_;
  const OutcomeCommit outcomes_;
  const QueueLimits limits_;
  const LaneRules* rules_ = nullptr;
  std::set<RecipientId> held_under_way_;  ///< Loop 0 only.
  ClockWatch& watch_;
  const std::chrono::microseconds longest_wait_;
  CrashGuard* guard_;
  TakenFile* taken_;

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
  bool begun_ = false;
  bool stopping_ = false;
  std::uint64_t set_back_ = 0;  ///< How often the clock was, when retries were recalled last.
  bool recalling_ = false;
  bool trying_suspects_ = false;
  std::deque<spool::DueRecipient> suspects_;
  std::set<RecipientId> suspects_under_way_;
  std::map<std::size_t, MonoTime> apart_;  ///< Suspects that are waited for: the guard's place, and until when.
  bool one_is_alone_ = false;  ///< Of them, where there are any.
};

}  // namespace postroad::queue
