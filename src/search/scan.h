#pragma once
#include <vector>

#include "events/journal.h"
#include "search/condition.h"
#include "search/table.h"

namespace postroad::search {

/// One search, walked over tables and stretches of the journal in the order of its query. Used by one thread.
class Scan {
 public:
  enum class Goal : std::uint8_t { kEvents, kCount };
  Scan(const Query& query, const Condition& condition, Goal goal);

  /// Events of `table` up to this sequence. False when there is nothing more to look for.
  Result<bool> read(const Table& table, std::int64_t up_to);
  /// The same of the journal itself: what is not indexed.
  Result<bool> read(const events::Journal& journal, events::Range range);

  std::vector<EventRow> take_found() { return std::move(found_); }
  std::int64_t count() const { return count_; }
  void start_again();

 private:
  bool within(const BlockInfo& info) const;
  bool is_beyond(const BlockInfo& info) const;
  std::optional<std::uint32_t> first_ordinal(const Table& table) const;
  Result<bool> compare(const EventRow& row);

  const Query& query_;
  const Condition& condition_;
  const Goal goal_;
  std::vector<AnyKey> needs_;
  EventFields fields_;
  std::vector<EventRow> found_;
  std::int64_t count_ = 0;
  std::size_t compared_ = 0;
};

}  // namespace postroad::search
