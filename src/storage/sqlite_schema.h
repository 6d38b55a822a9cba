#pragma once
#include <span>

#include "base/result.h"
#include "storage/migration.h"
#include "storage/sqlite_connection.h"

namespace postroad::storage {

/// Storage's own tables, the same on both engines; joined with the rooms' by whoever applies migrations.
std::span<const Migration> storage_migrations();
std::span<const Statement* const> storage_statements();

/// Brings the schema up to date: each migration that is not recorded yet runs in a transaction of its own together with
/// its record. kUnsupported when the store holds one that we do not know: a newer version wrote it.
Result<void> apply_migrations(SqliteConnection& connection, std::span<const Migration> migrations,
                              std::int64_t now_microseconds);

/// The one row that says how far the last commit got.
extern const Statement kReadProgress;    ///< → commit_time, segment, segment_offset, sequence
extern const Statement kUpdateProgress;  ///< $1..$4 in that order

}  // namespace postroad::storage
