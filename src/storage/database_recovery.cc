#include "storage/database_recovery.h"

#include "base/log.h"
#include "storage/segment_reader.h"
#include "storage/sqlite_log.h"

namespace postroad::storage {
namespace {

enum class LastGroup : std::uint8_t { kNone, kWhole, kTorn };

/// Reads the records of the last group; those that hold are written once more, and synced.
Result<LastGroup> refresh_last_group(Disk& disk, Sealer& sealer, const std::string& directory,
                                     const SegmentCursor& cursor) {
  if (cursor.segment == 0 || cursor.group_offset >= cursor.offset) return LastGroup::kNone;
  const std::string path = directory + "/spool/" + segment_file_name(cursor.segment);
  ASSIGN_OR_RETURN(const bool exists, disk.exists(path));
  if (!exists) return LastGroup::kTorn;
  ASSIGN_OR_RETURN(const auto file, disk.open(path, Disk::Open::kExisting));
  ASSIGN_OR_RETURN(const std::uint64_t generation, read_generation(*file, cursor.segment));
  std::uint64_t offset = cursor.group_offset;
  while (offset < cursor.offset) {
    const Location at{cursor.segment, static_cast<std::uint32_t>(offset)};
    const Result<Record> record = read_record(*file, sealer, at, generation);
    if (!record && record.error().code == ErrorCode::kCorrupt) return LastGroup::kTorn;
    if (!record) return std::unexpected(record.error());
    offset += record_bytes(record->header.length);
  }
  if (offset != cursor.offset) return LastGroup::kTorn;
  std::string bytes(cursor.offset - cursor.group_offset, '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file->pread(bytes, cursor.group_offset));
  bytes.resize(got);
  RETURN_IF_ERROR(file->pwrite(bytes, cursor.group_offset));
  RETURN_IF_ERROR(file->sync());
  return LastGroup::kWhole;
}

}  // namespace

Result<std::unique_ptr<SqliteConnection>> open_database(Disk& disk, Sealer& sealer, const std::string& directory,
                                                        const char* vfs) {
  const std::string path = directory + "/postroad.db";
  const auto open = [&] { return SqliteConnection::open(path, SqliteConnection::Use::kWriter, vfs); };
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> connection, open());
  ASSIGN_OR_RETURN(const bool used_before, has_progress(*connection));
  if (!used_before) return connection;

  ASSIGN_OR_RETURN(Progress progress, read_progress(*connection));
  ASSIGN_OR_RETURN(const LastGroup last, refresh_last_group(disk, sealer, directory, progress.cursor));
  if (last == LastGroup::kTorn) {
    connection.reset();
    ASSIGN_OR_RETURN(const bool dropped, drop_last_transaction(disk, path + "-wal", directory + "/quarantine"));
    ASSIGN_OR_RETURN(connection, open());
    if (dropped) {
      log::warn("storage.unfinished_group_dropped", {{"segment", segment_file_name(progress.cursor.segment)},
                                                     {"offset", progress.cursor.group_offset}});
    } else {
      // It was finished and checkpointed: the file was damaged later. Its rows stay; verify() and fsck name them.
      log::error("storage.content_damaged", {{"segment", segment_file_name(progress.cursor.segment)},
                                             {"offset", progress.cursor.group_offset}});
    }
    ASSIGN_OR_RETURN(progress, read_progress(*connection));
  }
  RETURN_IF_ERROR(connection->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  if (last != LastGroup::kNone) {
    progress.cursor.group_offset = progress.cursor.offset;  // Settled: never judged again.
    RETURN_IF_ERROR(write_progress(*connection, progress));
  }
  return connection;
}

}  // namespace postroad::storage
