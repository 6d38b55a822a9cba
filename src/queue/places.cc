#include "queue/places.h"

#include <algorithm>

#include "base/assert.h"

namespace postroad::queue {
namespace {

constexpr std::size_t kWhole = 100;

std::size_t share(std::size_t places, std::size_t percent) { return std::max<std::size_t>(1, places * percent / kWhole); }

/// What bulk mail may have of `places`: all but a share of at least one, and never nothing.
std::size_t bulk_share(std::size_t places) {
  return std::max<std::size_t>(1, places - std::min(places, share(places, kWhole - Places::kBulkPercentMax)));
}

}  // namespace

bool Places::has_room(spool::Priority priority) const {
  if (taken() >= limits_.jobs_max) return false;
  return priority == spool::Priority::kHigh || taken(priority) < bulk_share(limits_.jobs_max);
}

std::size_t Places::unproven_room(spool::Priority priority) const {
  const std::size_t most = share(limits_.jobs_max, kUnprovenPercentMax);
  return most - std::min(most, count(priority, Pace::kUnproven));
}

std::size_t Places::at_one_max(Pace pace) const {
  if (pace == Pace::kQuick) return limits_.jobs_per_lane_max;
  return std::min(limits_.jobs_per_lane_max,
                  std::max(kOneUnprovenLeast, share(limits_.jobs_max, kOneUnprovenPercentMax)));
}

std::size_t Places::bulk_at_one_max(Pace pace) const { return bulk_share(at_one_max(pace)); }

void Places::move(spool::Priority priority, Pace from, Pace to, std::size_t attempts) {
  PR_ASSERT(count(priority, from) >= attempts);
  count(priority, from) -= attempts;
  count(priority, to) += attempts;
}

std::size_t Places::taken(spool::Priority priority) const {
  return count(priority, Pace::kUnproven) + count(priority, Pace::kQuick);
}

std::size_t Places::taken() const { return taken(spool::Priority::kHigh) + taken(spool::Priority::kBulk); }

}  // namespace postroad::queue
