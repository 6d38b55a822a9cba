#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/store.h"

namespace postroad::queue {

namespace asio = boost::asio;

/// What an operator has ordered for one lane, or with kAllLanes for all of them.
struct LaneRule {
  enum class Action : std::int8_t { kPause = 1, kSlow = 2 };
  std::string lane;
  Action action = Action::kPause;
  std::int64_t per_hour = 0;  ///< kSlow: recipients.
  WallTime until{};           ///< Zero: until it is taken back.
  std::string reason;         ///< For people; may be empty.
  WallTime created{};
};

/// Lanes that begin no attempt, or not more than so many an hour. In the store, so that a restart knows them; the queue obeys.
/// Any thread.
class LaneRules {
 public:
  static constexpr std::string_view kAllLanes = "*";
  static constexpr std::size_t kRulesMax = 1000;
  static constexpr std::int64_t kPerHourMax = 3'600'000;

  explicit LaneRules(storage::Store& store) : store_(store) {}
  /// At start, before the queue begins.
  Result<void> load();

  /// In the place of what was ordered before. kInvalidArgument: a rate out of bounds; kQuotaExceeded: kRulesMax.
  asio::awaitable<Result<void>> set(LaneRule rule);
  /// kNotFound: nothing is ordered for this lane.
  asio::awaitable<Result<void>> clear(std::string lane);

  /// By lane; those whose time is over among them until they are replaced.
  std::vector<LaneRule> all() const;
  /// What holds for a lane now: a pause of all lanes before its own rule, that before a slowing of all.
  std::optional<LaneRule> of(std::string_view lane, WallTime now) const;

 private:
  using Rules = std::map<std::string, LaneRule, std::less<>>;
  std::shared_ptr<const Rules> rules() const;
  void show(const std::function<void(Rules&)>& change);

  storage::Store& store_;
  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;  ///< Guards `rules_`.
  std::shared_ptr<const Rules> rules_ = std::make_shared<const Rules>();  ///< Shared with those who read.
};

}  // namespace postroad::queue
