#pragma once
#include <span>

#include "storage/migration.h"
#include "storage/statement.h"

namespace postroad::queue {

std::span<const storage::Migration> migrations();
std::span<const storage::Statement* const> statements();

namespace sql {
extern const storage::Statement kSetLaneRule;
extern const storage::Statement kClearLaneRule;
extern const storage::Statement kLaneRules;
}  // namespace sql

}  // namespace postroad::queue
