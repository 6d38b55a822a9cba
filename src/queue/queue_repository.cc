#include "queue/queue_repository.h"

#include <array>

namespace postroad::queue {
namespace sql {

const storage::Statement kSetLaneRule{
    "queue.set_lane_rule",
    "INSERT INTO lane_rule (lane, action, per_hour, until, reason, created) VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT (lane) DO UPDATE SET action = excluded.action, per_hour = excluded.per_hour, until = excluded.until, "
    "reason = excluded.reason, created = excluded.created"};
const storage::Statement kClearLaneRule{"queue.clear_lane_rule", "DELETE FROM lane_rule WHERE lane = $1"};
const storage::Statement kLaneRules{"queue.lane_rules",
                                    "SELECT lane, action, per_hour, until, reason, created FROM lane_rule ORDER BY lane"};

}  // namespace sql

namespace {
constexpr std::array kMigrations{storage::Migration{
    400, "queue: lanes that are paused or slowed",
    "CREATE TABLE lane_rule (lane TEXT PRIMARY KEY, action BIGINT NOT NULL, per_hour BIGINT NOT NULL, until BIGINT NOT NULL, "
    "reason TEXT NOT NULL, created BIGINT NOT NULL)"}};

constexpr std::array kStatements{&sql::kSetLaneRule, &sql::kClearLaneRule, &sql::kLaneRules};
}  // namespace

std::span<const storage::Migration> migrations() { return kMigrations; }
std::span<const storage::Statement* const> statements() { return kStatements; }

}  // namespace postroad::queue
