#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "events/journal.h"
#include "search/scan.h"
#include "search/seal.h"

namespace postroad::search {

/// What is indexed at one moment: partitions in the journal's order, then tables that wait to be sealed, then the one that
/// grows. The journal between and behind them is read as it is.
struct View {
  std::vector<PartitionPtr> parts;
  std::vector<std::shared_ptr<HotTable>> over;
  std::shared_ptr<HotTable> hot;
};

/// The searchable log: events/*.part and the table in memory, derived from the journal, never ahead of it, and rebuilt from it
/// when lost. Everything here runs on the calling thread; safe from any.
class Index {
 public:
  static constexpr std::size_t kOverMax = 4;         ///< Tables that wait to be sealed; then the journal is read instead.
  static constexpr int kPageEvents = 500;            ///< Read from the journal at once.
  static constexpr int kCaughtUpBeforeFindMax = 50'000;
  static constexpr int kDamagedMax = 8;              ///< Partitions given up within one search.

  struct Options {
    std::string directory;
    std::uint32_t table_events_max = HotTable::kEventsMax;  ///< Smaller in tests.
  };
  Index(Clock& clock, storage::Disk& disk, const events::Journal& journal, Options options);

  /// Looks at what is on disk: drops drafts, what is contained in another, and what the journal does not confirm. Events before
  /// `cutoff`, wall microseconds, are not indexed any more.
  Result<void> open(std::int64_t cutoff);

  /// Every committed event that matches, in the query's order: the newest ones too, whether they are indexed or not.
  /// kInvalidArgument: too much to compare.
  Result<std::vector<EventRow>> find(const Query& query, const Condition& condition);
  Result<std::int64_t> count(const Query& query, const Condition& condition);

  /// Indexes what is new in the journal, about `events_max` events of it. True: that was all.
  Result<bool> catch_up(int events_max);
  /// Seals one table that is over, fills one gap or merges neighbours. True: there may be more to do.
  Result<bool> tidy();
  /// As in open(); partitions of which the last event is older go.
  Result<void> forget_before(std::int64_t cutoff);
  /// Up to here all of the journal is in partitions that are on disk.
  std::int64_t sealed_up_to() const;
  /// Up to here it has been looked at.
  std::int64_t indexed_up_to() const { return view()->hot->range().up_to; }
  std::shared_ptr<const View> view() const;

 private:
  using Stretch = std::variant<std::shared_ptr<const Table>, events::Range>;

  Result<void> load(const std::string& path);
  Result<bool> is_confirmed(const Partition& partition) const;
  Result<void> walk(const Query& query, Scan& scan);
  Result<bool> read(const Stretch& stretch, Scan& scan, std::int64_t indexed_up_to);
  std::vector<Stretch> stretches(const View& view, std::int64_t indexed_up_to) const;
  bool is_searched(const events::StoredEvent& event) const;
  std::shared_ptr<HotTable> start_next(std::int64_t after);
  Result<bool> seal_one();
  Result<bool> fill_a_gap();
  Result<bool> merge_some();
  void give_up(const Table& damaged, const Error& why);
  void replace(std::span<const PartitionPtr> old, const PartitionPtr& made, const HotTable* sealed);

  Clock& clock_;
  storage::Disk& disk_;
  const events::Journal& journal_;
  const Options options_;
  std::atomic<std::int64_t> cutoff_{0};
  std::mutex indexing_;        ///< One reads the journal for `hot` at a time.
  std::mutex tidying_;         ///< One changes what is on disk at a time.
  mutable std::mutex view_mutex_;
  std::shared_ptr<const View> view_;
};

}  // namespace postroad::search
