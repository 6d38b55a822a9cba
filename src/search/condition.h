#pragma once
#include <vector>

#include "events/filter.h"
#include "search/block.h"
#include "search/candidates.h"
#include "search/event_fields.h"

namespace postroad::search {

/// Which events are looked for. Used by one thread at a time.
class Condition {
 public:
  virtual ~Condition() = default;
  /// What every event that matches is filed under, all of it; empty: an index cannot help.
  virtual std::vector<AnyKey> needs() const = 0;
  /// Whether whatever is filed under `needs()` matches: then counting reads no event.
  virtual bool needs_are_all() const = 0;
  /// `event` is of `row`.
  virtual bool matches(EventFields& event, const EventRow& row) const = 0;
};

/// The filters of the events API.
class FilterCondition final : public Condition {
 public:
  explicit FilterCondition(events::Filter filter) : filter_(std::move(filter)) {}
  std::vector<AnyKey> needs() const override;
  bool needs_are_all() const override { return filter_.empty(); }
  bool matches(EventFields& event, const EventRow&) const override { return filter_.matches(event); }

 private:
  events::Filter filter_;
};

/// What is looked for, where, and how much of it.
struct Query {
  std::vector<DomainId> domains;     ///< Empty: all.
  std::int64_t begin = 0;            ///< Wall microseconds, inclusive.
  std::int64_t end = INT64_MAX;      ///< Wall microseconds, inclusive.
  std::int64_t after = 0;            ///< Only sequences above.
  std::int64_t before = INT64_MAX;   ///< Only sequences below.
  bool ascending = false;
  std::size_t limit = 100;
  /// Events that are read and compared; then the search ends with what it has or, if that is nothing, with kInvalidArgument.
  std::size_t compared_max = 1'000'000;
};

}  // namespace postroad::search
