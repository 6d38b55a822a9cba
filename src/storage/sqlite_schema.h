#pragma once
#include <span>

#include "base/result.h"
#include "storage/migration.h"
#include "storage/segment_log.h"
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
struct Progress {
  std::int64_t commit_time = 0;
  SegmentCursor cursor;
};
Result<Progress> read_progress(SqliteConnection& connection);
/// Within a transaction, or as one of its own.
Result<void> write_progress(SqliteConnection& connection, const Progress& progress);
/// False in a file in which storage_migrations() have not been applied.
Result<bool> has_progress(SqliteConnection& connection);

}  // namespace postroad::storage
