#pragma once
#include <span>

#include "storage/migration.h"
#include "storage/statement.h"

namespace postroad::admission {

std::span<const storage::Migration> migrations();
std::span<const storage::Statement* const> statements();

namespace sql {
/// One row when the call is new or the earlier one of this name has expired, else none.
extern const storage::Statement kInsertCall;
extern const storage::Statement kFindCall;
extern const storage::Statement kDeleteExpiredCalls;
}  // namespace sql

}  // namespace postroad::admission
