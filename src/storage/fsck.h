#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "storage/disk.h"
#include "storage/statement.h"

namespace postroad::storage {

/// What `postroad fsck` found.
struct FsckReport {
  /// Bytes of a segment that should hold a record and do not.
  struct BadBytes {
    std::uint64_t segment;
    std::uint64_t offset;
    std::uint64_t bytes;
    std::string why;
    std::string copy;  ///< Their file below quarantine/.
  };
  /// A row whose content cannot be read: what is lost.
  struct BadRow {
    std::int64_t id;
    std::int64_t location;
    std::string why;
  };

  std::vector<std::string> database_problems;  ///< In SQLite's words; empty when its check found nothing.
  std::vector<BadBytes> bad_bytes;
  std::vector<BadRow> bad_rows;
  std::uint64_t segments = 0;
  std::uint64_t records = 0;  ///< Whose seal holds.
  std::uint64_t rows = 0;

  bool clean() const { return database_problems.empty() && bad_bytes.empty() && bad_rows.empty(); }
};

inline constexpr int kDatabaseProblemsMax = 100;

/// Checks a store that no server has open: SQLite's integrity_check, the seal of every record, the content of every
/// row that `content_rows` (id, location) yields. Copies damaged bytes to quarantine/, changes and deletes nothing else.
/// Fails only when it cannot check: kConflict (a server runs), kUnauthorized (wrong key), kNotFound (no store there),
/// kDiskFailed, kDiskFull (no room for the copies).
Result<FsckReport> fsck(Disk& disk, Clock& clock, Random& random, const std::string& directory,
                        const Statement& content_rows);

}  // namespace postroad::storage
