#pragma once
#include <array>
#include <chrono>
#include <cstddef>

#include "spool/message.h"

namespace postroad::queue {

struct QueueLimits {
  std::size_t jobs_max = 2000;          ///< [delivery] max_connections
  std::size_t jobs_per_lane_max = 20;   ///< [delivery] per_destination
  std::chrono::seconds attempt_deadline = std::chrono::minutes{10};
};

/// Attempts of high priority that begin in a row while bulk mail waits; then one of those begins.
inline constexpr int kHighInARowMax = 3;

/// How a destination answers: it is quick once an attempt ended soon, and until one does not.
enum class Pace : std::uint8_t { kUnproven, kQuick };

/// Who may have how many of the places for attempts under way, over all destinations and at one. Counts only; of each
/// share at least one place. With the fewest settings (one place in all) the classes take turns instead.
class Places {
 public:
  /// Bulk mail leaves the rest to mail that somebody waits for, over all and at each destination.
  static constexpr std::size_t kBulkPercentMax = 90;
  /// Destinations not proven quick, together, of each class: dead providers leave the other places to those that answer.
  static constexpr std::size_t kUnprovenPercentMax = 40;
  /// One of them, both classes together; but one place for each class.
  static constexpr std::size_t kOneUnprovenPercentMax = 10;
  static constexpr std::size_t kOneUnprovenLeast = 2;

  explicit Places(const QueueLimits& limits) : limits_(limits) {}

  /// Whether another attempt of this class may begin anywhere.
  bool has_room(spool::Priority priority) const;
  /// Whether one may begin at a destination that is not proven quick.
  std::size_t unproven_room(spool::Priority priority) const;
  /// How many attempts a destination may have under way: in all, and of bulk mail.
  std::size_t at_one_max(Pace pace) const;
  std::size_t bulk_at_one_max(Pace pace) const;

  void take(spool::Priority priority, Pace pace) { ++count(priority, pace); }
  void give_back(spool::Priority priority, Pace pace) { --count(priority, pace); }
  /// Attempts under way at a destination whose pace has changed.
  void move(spool::Priority priority, Pace from, Pace to, std::size_t attempts);

  std::size_t taken() const;
  std::size_t taken(spool::Priority priority) const;

 private:
  std::size_t& count(spool::Priority priority, Pace pace) {
    return taken_[static_cast<std::size_t>(priority)][static_cast<std::size_t>(pace)];
  }
  std::size_t count(spool::Priority priority, Pace pace) const {
    return taken_[static_cast<std::size_t>(priority)][static_cast<std::size_t>(pace)];
  }

  const QueueLimits limits_;
  std::array<std::array<std::size_t, 2>, 2> taken_{};
};

}  // namespace postroad::queue
