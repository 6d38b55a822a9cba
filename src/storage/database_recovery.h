#pragma once
#include <memory>
#include <string>

#include "storage/disk.h"
#include "storage/sealer.h"
#include "storage/sqlite_connection.h"
#include "storage/sqlite_schema.h"

namespace postroad::storage {

/// Opens the writer's connection on `directory`/postroad.db and makes sure that what it holds is whole and durable:
///
///   - when the content of the last group is not whole, nobody was told that the group was accepted: its transaction,
///     the last in SQLite's log, is taken out (a copy goes to quarantine/);
///   - else that content is written once more and synced, for the run before may have ended because a sync failed, and
///     then it can be read without being on disk;
///   - SQLite's log goes to the database file, synced, for the same reason.
///
/// From then on no earlier transaction depends on what was not known to be durable.
Result<std::unique_ptr<SqliteConnection>> open_database(Disk& disk, Sealer& sealer, const std::string& directory,
                                                        const char* vfs);

}  // namespace postroad::storage
