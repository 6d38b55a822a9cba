#pragma once
#include <array>
#include <memory>
#include <set>
#include <string>

#include "base/clock.h"
#include "queue/lane.h"
#include "queue/places.h"

namespace postroad::queue {

/// One recipient domain: its two lines, the attempts under way there, and how soon they end. Loop 0 only.
class Destination final : public std::enable_shared_from_this<Destination> {
 public:
  /// A recipient that takes longer than this makes its destination one that is not quick.
  static constexpr std::chrono::seconds kQuickWithin{5};

  explicit Destination(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  /// Made when first asked for.
  Lane& lane(spool::Priority priority);
  /// Null when nobody has asked for it.
  Lane* find_lane(spool::Priority priority) const { return lanes_[static_cast<std::size_t>(priority)].get(); }

  /// When the attempt is late: to be handed back at its end.
  MonoTime attempt_began(spool::Priority priority, std::size_t recipients, MonoTime now);
  void attempt_ended(spool::Priority priority, MonoTime late_at, MonoTime now);
  /// Unproven until an attempt ended in time, and again from when one is late.
  Pace pace(MonoTime now) const;

  std::size_t running(spool::Priority priority) const { return running_[static_cast<std::size_t>(priority)]; }
  std::size_t running() const { return running(spool::Priority::kHigh) + running(spool::Priority::kBulk); }
  /// So many attempts of high priority began in a row that the next is bulk's.
  bool owes_bulk() const { return high_in_a_row_ >= kHighInARowMax; }
  bool idle() const;

  MonoTime next_slot{};  ///< The queue's own mark, of a lane that is slowed: when its next recipient may be tried.
  Pace counted_as = Pace::kUnproven;  ///< The queue's own mark: how its attempts are counted in `Places`.

 private:
  std::string name_;
  std::array<std::unique_ptr<Lane>, 2> lanes_;
  std::array<std::size_t, 2> running_{};
  std::multiset<MonoTime> late_at_;  ///< Of the attempts under way.
  bool last_in_time_ = false;
  int high_in_a_row_ = 0;
};

}  // namespace postroad::queue
