#pragma once
#include <sqlite3.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "storage/disk.h"
#include "storage/sqlite_locks.h"

namespace postroad::storage {

/// SQLite's files over the Disk seam. Differs from SQLite's own in what it does about a disk that fails:
///
///   - a file that is created or deleted has its directory synced, and a failure of that is a failure;
///   - after any failed sync every later write, sync, truncation and deletion fails, for all files: a commit whose sync
///     failed cannot become durable afterwards, neither by the next commit nor by a checkpoint when the file is closed.
///
/// Locks and SQLite's shared memory live in this process: the lock on the store's directory keeps others out.
class SqliteVfs {
 public:
  /// `on_failed_sync` may come from any thread that uses a connection.
  SqliteVfs(Disk& disk, Clock& clock, Random& random, std::function<void(const Error&)> on_failed_sync);
  /// All connections are closed by then.
  ~SqliteVfs();
  SqliteVfs(const SqliteVfs&) = delete;
  SqliteVfs& operator=(const SqliteVfs&) = delete;

  /// For sqlite3_open_v2.
  const char* name() const { return name_.c_str(); }
  /// After a failed sync, for good.
  bool failed() const { return failed_.load(std::memory_order_acquire); }

 private:
  friend struct SqliteVfsMethods;

  static void register_methods(sqlite3_vfs& vfs);
  Result<std::unique_ptr<File>> open(const std::string& path, bool create);
  Result<void> remove(const std::string& path);
  Result<void> sync(File& file);
  std::shared_ptr<DatabaseLocks> locks_of(const std::string& path);
  void fail_for_good(const Error& error);

  Disk& disk_;
  Clock& clock_;
  Random& random_;
  std::function<void(const Error&)> on_failed_sync_;
  std::string name_;
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<DatabaseLocks>> locks_;
  sqlite3_vfs vfs_{};
};

}  // namespace postroad::storage
