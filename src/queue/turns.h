#pragma once
#include <array>
#include <deque>
#include <memory>

#include "queue/lane.h"

namespace postroad::queue {

/// A lane, which keeps its destination alive.
using LanePtr = std::shared_ptr<Lane>;

/// Whose turn it is among the lanes that have something due: of each class in the order in which they came; high before
/// bulk, but one turn in every kHighInARowMax + 1 is bulk's when it has a lane here. Lanes that must wait until other
/// destinations not proven quick are done stand apart.
class Turns {
 public:
  /// At the end of its line; one that stands there already keeps its place, one that stands apart comes back.
  void list(const LanePtr& lane);
  void set_apart(const LanePtr& lane);
  /// Lists the first `most` of those that stand apart; whether there was one.
  bool bring_back(spool::Priority priority, std::size_t most);

  /// Takes the next lane out; null when none is there that may. Each flag: whether its class has room at all.
  LanePtr next(bool high_may, bool bulk_may);

 private:
  using Line = std::deque<LanePtr>;
  static LanePtr first(Line& line, Lane::Listed where);

  std::array<Line, 2> ready_, apart_;
  int high_in_a_row_ = 0;
};

}  // namespace postroad::queue
