#include "storage/sqlite_vfs.h"

#include <fmt/format.h>

#include <chrono>
#include <cstring>
#include <new>
#include <thread>

#include "base/assert.h"
#include "base/log.h"

namespace postroad::storage {
namespace {

constexpr int kPathBytesMax = 4096;
constexpr int kSectorBytes = 4096;

/// SQLite gives us the memory; `base` must come first.
struct VfsFile {
  sqlite3_file base;
  SqliteVfs* vfs;
  std::string path;
  std::unique_ptr<File> file;
  std::shared_ptr<DatabaseLocks> locks;  ///< Shared by the connections to one database; null for other files.
  DatabaseLocks::Holder holder;
};

VfsFile& of(sqlite3_file* file) { return *reinterpret_cast<VfsFile*>(file); }

int code_of(const Error& error, int otherwise) { return error.code == ErrorCode::kDiskFull ? SQLITE_FULL : otherwise; }

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

/// The functions that SQLite calls (https://www.sqlite.org/c3ref/io_methods.html, …/c3ref/vfs.html).
struct SqliteVfsMethods {
  static SqliteVfs& self(sqlite3_vfs* vfs) { return *static_cast<SqliteVfs*>(vfs->pAppData); }

  static int close(sqlite3_file* base) {
    VfsFile& file = of(base);
    if (file.locks != nullptr) {
      file.locks->unmap(file.holder);
      file.locks->unlock(file.holder, SQLITE_LOCK_NONE);
    }
    file.~VfsFile();
    return SQLITE_OK;
  }

  static int read(sqlite3_file* base, void* into, int amount, sqlite3_int64 offset) {
    const std::span bytes(static_cast<char*>(into), static_cast<std::size_t>(amount));
    const Result<std::size_t> got = of(base).file->pread(bytes, static_cast<std::uint64_t>(offset));
    if (!got) return SQLITE_IOERR_READ;
    if (*got == bytes.size()) return SQLITE_OK;
    std::memset(bytes.data() + *got, 0, bytes.size() - *got);
    return SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file* base, const void* from, int amount, sqlite3_int64 offset) {
    VfsFile& file = of(base);
    if (file.vfs->failed()) return SQLITE_IOERR_WRITE;
    const std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(amount));
    const Result<void> written = file.file->pwrite(bytes, static_cast<std::uint64_t>(offset));
    return written ? SQLITE_OK : code_of(written.error(), SQLITE_IOERR_WRITE);
  }

  static int truncate(sqlite3_file* base, sqlite3_int64 size) {
    VfsFile& file = of(base);
    if (file.vfs->failed()) return SQLITE_IOERR_TRUNCATE;
    return file.file->truncate(static_cast<std::uint64_t>(size)) ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
  }

  static int sync(sqlite3_file* base, int /*flags*/) {
    VfsFile& file = of(base);
    if (file.vfs->failed()) return SQLITE_IOERR_FSYNC;
    return file.vfs->sync(*file.file) ? SQLITE_OK : SQLITE_IOERR_FSYNC;
  }

  static int file_size(sqlite3_file* base, sqlite3_int64* size) {
    const Result<std::uint64_t> bytes = of(base).file->size();
    if (!bytes) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(*bytes);
    return SQLITE_OK;
  }

  static int lock(sqlite3_file* base, int level) { return of(base).locks->lock(of(base).holder, level); }
  static int unlock(sqlite3_file* base, int level) {
    of(base).locks->unlock(of(base).holder, level);
    return SQLITE_OK;
  }
  static int check_reserved(sqlite3_file* base, int* reserved) {
    *reserved = of(base).locks->reserved() ? 1 : 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return kSectorBytes; }
  /// A write changes no byte outside its range, even when the power fails: true of every disk with whole sectors.
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int shm_map(sqlite3_file* base, int region, int size, int extend, void volatile** at) {
    *at = of(base).locks->map(of(base).holder, region, size, extend != 0);
    return SQLITE_OK;
  }
  static int shm_lock(sqlite3_file* base, int first, int count, int flags) {
    VfsFile& file = of(base);
    if ((flags & SQLITE_SHM_LOCK) != 0) {
      return file.locks->lock_slots(file.holder, first, count, (flags & SQLITE_SHM_EXCLUSIVE) != 0);
    }
    file.locks->unlock_slots(file.holder, first, count);
    return SQLITE_OK;
  }
  static void shm_barrier(sqlite3_file* base) { of(base).locks->barrier(); }
  static int shm_unmap(sqlite3_file* base, int /*remove*/) {
    of(base).locks->unmap(of(base).holder);
    return SQLITE_OK;
  }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* base, int flags, int* flags_out);
  static int remove(sqlite3_vfs* vfs, const char* path, int /*sync*/) {
    const Result<void> removed = self(vfs).remove(path);
    if (removed) return SQLITE_OK;
    return removed.error().code == ErrorCode::kNotFound ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
  }
  /// An empty file counts as missing, as SQLite's own says: an empty journal rolls nothing back.
  static int access(sqlite3_vfs* vfs, const char* path, int flags, int* answer) {
    *answer = 0;
    const Result<bool> exists = self(vfs).disk_.exists(path);
    if (!exists) return SQLITE_IOERR_ACCESS;
    if (!*exists) return SQLITE_OK;
    *answer = 1;
    if (flags != SQLITE_ACCESS_EXISTS) return SQLITE_OK;
    const auto file = self(vfs).disk_.open(path, Disk::Open::kReadOnly);
    const Result<std::uint64_t> size = file ? (*file)->size() : std::unexpected(file.error());
    if (!size) return SQLITE_IOERR_ACCESS;
    *answer = *size > 0 ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
    if (std::strlen(path) + 1 > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
    std::strcpy(out, path);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs* vfs, int size, char* out) {
    self(vfs).random_.fill({reinterpret_cast<std::uint8_t*>(out), static_cast<std::size_t>(size)});
    return size;
  }
  static int sleep(sqlite3_vfs*, int microseconds) {
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
    return microseconds;
  }
  static int current_time(sqlite3_vfs* vfs, sqlite3_int64* out) {
    constexpr sqlite3_int64 kUnixEpochMilliseconds = 24405875LL * 8'640'000LL;  // Since noon of November 24, 4714 BC.
    *out = kUnixEpochMilliseconds + self(vfs).clock_.wall().time_since_epoch().count() / 1'000;
    return SQLITE_OK;
  }
  static int current_time_days(sqlite3_vfs* vfs, double* out) {
    sqlite3_int64 milliseconds = 0;
    current_time(vfs, &milliseconds);
    *out = static_cast<double>(milliseconds) / 86'400'000.0;
    return SQLITE_OK;
  }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

namespace {

const sqlite3_io_methods kMethods{
    .iVersion = 2,
    .xClose = SqliteVfsMethods::close,
    .xRead = SqliteVfsMethods::read,
    .xWrite = SqliteVfsMethods::write,
    .xTruncate = SqliteVfsMethods::truncate,
    .xSync = SqliteVfsMethods::sync,
    .xFileSize = SqliteVfsMethods::file_size,
    .xLock = SqliteVfsMethods::lock,
    .xUnlock = SqliteVfsMethods::unlock,
    .xCheckReservedLock = SqliteVfsMethods::check_reserved,
    .xFileControl = SqliteVfsMethods::control,
    .xSectorSize = SqliteVfsMethods::sector_size,
    .xDeviceCharacteristics = SqliteVfsMethods::characteristics,
    .xShmMap = SqliteVfsMethods::shm_map,
    .xShmLock = SqliteVfsMethods::shm_lock,
    .xShmBarrier = SqliteVfsMethods::shm_barrier,
    .xShmUnmap = SqliteVfsMethods::shm_unmap,
};

}  // namespace

int SqliteVfsMethods::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* base, int flags, int* flags_out) {
  base->pMethods = nullptr;
  if (path == nullptr) return SQLITE_CANTOPEN;  // Temporary files: temp_store=MEMORY keeps them away.
  Result<std::unique_ptr<File>> file = self(vfs).open(path, (flags & SQLITE_OPEN_CREATE) != 0);
  if (!file) return code_of(file.error(), SQLITE_CANTOPEN);
  auto* made = new (base) VfsFile{{&kMethods}, &self(vfs), path, *std::move(file), nullptr, {}};
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) made->locks = self(vfs).locks_of(path);
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

void SqliteVfs::register_methods(sqlite3_vfs& vfs) {
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(VfsFile);
  vfs.mxPathname = kPathBytesMax;
  vfs.xOpen = SqliteVfsMethods::open;
  vfs.xDelete = SqliteVfsMethods::remove;
  vfs.xAccess = SqliteVfsMethods::access;
  vfs.xFullPathname = SqliteVfsMethods::full_path;
  vfs.xRandomness = SqliteVfsMethods::randomness;
  vfs.xSleep = SqliteVfsMethods::sleep;
  vfs.xCurrentTime = SqliteVfsMethods::current_time_days;
  vfs.xGetLastError = SqliteVfsMethods::last_error;
  vfs.xCurrentTimeInt64 = SqliteVfsMethods::current_time;
}

}  // namespace postroad::storage
