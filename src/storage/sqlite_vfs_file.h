#pragma once
#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

#include "storage/disk.h"
#include "storage/sqlite_locks.h"
#include "storage/sqlite_vfs.h"

namespace postroad::storage {

/// Writes to the log, two for each page and one behind the other, gathered into one until somebody needs them there.
/// Other connections read only what was synced, so nobody misses them meanwhile.
class Gathered {
 public:
  static constexpr std::size_t kBytesMax = 256u << 10;

  Result<void> add(File& file, std::string_view bytes, std::uint64_t offset) {
    if (offset != offset_ + bytes_.size() || bytes_.size() + bytes.size() > kBytesMax) RETURN_IF_ERROR(flush(file));
    if (bytes_.empty()) offset_ = offset;
    bytes_ += bytes;
    return {};
  }
  Result<void> flush(File& file) {
    if (bytes_.empty()) return {};
    Result<void> written = file.pwrite(bytes_, offset_);
    bytes_.clear();  // Of a write that failed SQLite gives up the transaction.
    return written;
  }

 private:
  std::string bytes_;
  std::uint64_t offset_ = 0;
};

/// SQLite gives us the memory; `base` must come first.
struct VfsFile {
  sqlite3_file base;
  SqliteVfs* vfs;
  std::string path;
  std::unique_ptr<File> file;
  bool gathers;       ///< The log.
  bool dirty = true;  ///< Written since its last sync, or perhaps before it was opened.
  std::shared_ptr<DatabaseLocks> locks;  ///< Shared by the connections to one database; null for other files.
  DatabaseLocks::Holder holder;
  Gathered gathered;

  Result<void> flush() {
    if (!gathers || vfs->failed()) return {};
    return gathered.flush(*file);
  }
};

}  // namespace postroad::storage
