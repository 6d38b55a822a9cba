#include "queue/lane_rules.h"

#include <fmt/format.h>

#include "queue/queue_repository.h"

namespace postroad::queue {
namespace {

std::int64_t microseconds(WallTime time) { return time.time_since_epoch().count(); }

}  // namespace

Result<void> LaneRules::load() {
  Rules found;
  RETURN_IF_ERROR(store_.query_now(sql::kLaneRules, {}, [&found](const storage::Row& row) {
    LaneRule rule{.lane = std::string(row.text(0)),
                  .action = static_cast<LaneRule::Action>(row.integer(1)),
                  .per_hour = row.integer(2),
                  .until = WallTime{std::chrono::microseconds{row.integer(3)}},
                  .reason = std::string(row.text(4)),
                  .created = WallTime{std::chrono::microseconds{row.integer(5)}}};
    found[rule.lane] = std::move(rule);
  }));
  show([&found](Rules& rules) { rules = std::move(found); });
  return {};
}

asio::awaitable<Result<void>> LaneRules::set(LaneRule rule) {
  const bool slow = rule.action == LaneRule::Action::kSlow;
  if (slow && (rule.per_hour < 1 || rule.per_hour > kPerHourMax)) {
    co_return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("a lane is slowed to 1 to {} recipients an hour", kPerHourMax));
  }
  const std::shared_ptr<const Rules> now = rules();
  if (now->size() >= kRulesMax && !now->contains(rule.lane)) {
    co_return fail_permanent(ErrorCode::kQuotaExceeded, fmt::format("there are {} rules already", kRulesMax));
  }
  storage::Unit unit;
  unit.add(sql::kSetLaneRule, {rule.lane, static_cast<std::int64_t>(rule.action), slow ? rule.per_hour : 0, microseconds(rule.until), rule.reason, storage::CommitTime{}});
  const Result<WallTime> committed = co_await store_.commit(std::move(unit));
  if (!committed) co_return std::unexpected(committed.error());
  rule.created = *committed;
  show([&rule](Rules& rules) { rules[rule.lane] = std::move(rule); });
  co_return Result<void>{};
}

asio::awaitable<Result<void>> LaneRules::clear(std::string lane) {
  const Error none{ErrorCode::kNotFound, Permanence::kPermanent, fmt::format("{} is neither paused nor slowed", lane)};
  storage::Unit unit;
  unit.add(sql::kClearLaneRule, {lane}, {storage::Expectation::Rows::kExactlyOne, none});
  const Result<WallTime> committed = co_await store_.commit(std::move(unit));
  if (!committed) co_return std::unexpected(committed.error());
  show([&lane](Rules& rules) { rules.erase(lane); });
  co_return Result<void>{};
}

std::vector<LaneRule> LaneRules::all() const {
  std::vector<LaneRule> list;
  for (const auto& [lane, rule] : *rules()) list.push_back(rule);
  return list;
}

std::optional<LaneRule> LaneRules::of(std::string_view lane, WallTime now) const {
  if (!any_.load(std::memory_order_relaxed)) return std::nullopt;
  const std::shared_ptr<const Rules> known = rules();
  const auto find = [&](std::string_view name) -> const LaneRule* {
    const auto found = known->find(name);
    const bool holds = found != known->end() && (found->second.until == WallTime{} || found->second.until > now);
    return holds ? &found->second : nullptr;
  };
  const LaneRule* const all = find(kAllLanes);
  const LaneRule* const own = find(lane);
  const LaneRule* const wins = all != nullptr && (own == nullptr || all->action == LaneRule::Action::kPause) ? all : own;
  return wins == nullptr ? std::nullopt : std::optional<LaneRule>(*wins);
}

std::shared_ptr<const LaneRules::Rules> LaneRules::rules() const {
  const std::lock_guard lock(mutex_);
  return rules_;
}

void LaneRules::show(const std::function<void(Rules&)>& change) {
  const std::lock_guard lock(mutex_);
  auto next = std::make_shared<Rules>(*rules_);
  change(*next);
  any_ = !next->empty();
  rules_ = std::move(next);
}

}  // namespace postroad::queue
