#pragma once
#include <optional>
#include <string>

#include "storage/disk.h"

namespace postroad::storage {

/// Where SQLite's log (https://www.sqlite.org/fileformat2.html#walformat) ends: as SQLite's own recovery finds it,
/// frame by frame while salt and checksum hold.
struct SqliteLogEnd {
  std::uint64_t last_commit = 0;      ///< Bytes up to and with the last transaction; 0: there is none.
  std::uint64_t previous_commit = 0;  ///< The same of the one before; 0: the last is the only one.
};
Result<SqliteLogEnd> find_log_end(File& log);

/// Takes the last transaction out of a log that no connection has open: its bytes go to `copy` first. False when there
/// is none. Durable when it returns.
Result<bool> drop_last_transaction(Disk& disk, const std::string& log_path, const std::string& copy_directory);

}  // namespace postroad::storage
