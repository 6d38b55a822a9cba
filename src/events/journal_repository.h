#pragma once
#include <span>

#include "storage/migration.h"
#include "storage/statement.h"

namespace postroad::events {

std::span<const storage::Migration> migrations();
/// Every statement of this room, for the test that prepares them on both engines.
std::span<const storage::Statement* const> statements();

namespace sql {
extern const storage::Statement kAppend;
extern const storage::Statement kReadForwards;
extern const storage::Statement kReadBackwards;
extern const storage::Statement kLastSequence;
extern const storage::Statement kTimeAt;
extern const storage::Statement kOldest;
extern const storage::Statement kForget;
extern const storage::Statement kOfMessage;
extern const storage::Statement kRecipientsOf;
extern const storage::Statement kNewest;
extern const storage::Statement kNewestContaining;
extern const storage::Statement kAudit;
}  // namespace sql

}  // namespace postroad::events
