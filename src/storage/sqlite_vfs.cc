#include "storage/sqlite_vfs.h"

#include <fmt/format.h>

#include "base/assert.h"

namespace postroad::storage {
namespace {

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

SqliteVfs::SqliteVfs(Disk& disk, Clock& clock, Random& random, std::function<void(const Error&)> on_failed_sync)
    : disk_(disk), clock_(clock), random_(random), on_failed_sync_(std::move(on_failed_sync)) {
  static std::atomic<int> number{0};
  name_ = fmt::format("postroad-{}", ++number);
  register_methods(vfs_);
  vfs_.pAppData = this;
  vfs_.zName = name_.c_str();
  PR_ASSERT(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
}

SqliteVfs::~SqliteVfs() { sqlite3_vfs_unregister(&vfs_); }

Result<std::unique_ptr<File>> SqliteVfs::open(const std::string& path, bool create) {
  if (!create) return disk_.open(path, Disk::Open::kExisting);
  ASSIGN_OR_RETURN(const bool existed, disk_.exists(path));
  if (!existed && failed()) return fail_permanent(ErrorCode::kDiskFailed, path + ": not created after a failed sync");
  ASSIGN_OR_RETURN(std::unique_ptr<File> file, disk_.open(path, Disk::Open::kCreate));
  if (existed) return file;
  if (Result<void> synced = disk_.sync_directory(directory_of(path)); !synced) {
    fail_for_good(synced.error());
    return std::unexpected(synced.error());
  }
  return file;
}

Result<void> SqliteVfs::remove(const std::string& path) {
  if (failed()) return fail_permanent(ErrorCode::kDiskFailed, path + ": not removed after a failed sync");
  RETURN_IF_ERROR(disk_.unlink(path));
  Result<void> synced = disk_.sync_directory(directory_of(path));
  if (!synced) fail_for_good(synced.error());
  return synced;
}

Result<void> SqliteVfs::sync(File& file) {
  Result<void> synced = file.sync();
  if (!synced) fail_for_good(synced.error());
  return synced;
}

std::shared_ptr<DatabaseLocks> SqliteVfs::locks_of(const std::string& path) {
  const std::lock_guard guard(mutex_);
  std::weak_ptr<DatabaseLocks>& known = locks_[path];
  std::shared_ptr<DatabaseLocks> locks = known.lock();
  if (locks == nullptr) {
    locks = std::make_shared<DatabaseLocks>();
    known = locks;
  }
  return locks;
}

void SqliteVfs::fail_for_good(const Error& error) {
  failed_.store(true, std::memory_order_release);
  if (on_failed_sync_) on_failed_sync_(error);
}

}  // namespace postroad::storage
