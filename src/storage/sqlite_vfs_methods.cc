// The functions that SQLite calls (https://www.sqlite.org/c3ref/io_methods.html, …/c3ref/vfs.html).
#include <chrono>
#include <cstring>
#include <new>
#include <thread>

#include "storage/sqlite_vfs_file.h"

namespace postroad::storage {
namespace {

constexpr int kPathBytesMax = 4096;
constexpr int kSectorBytes = 4096;

VfsFile& of(sqlite3_file* file) { return *reinterpret_cast<VfsFile*>(file); }

int code_of(const Error& error, int otherwise) { return error.code == ErrorCode::kDiskFull ? SQLITE_FULL : otherwise; }

}  // namespace

struct SqliteVfsMethods {
  static SqliteVfs& self(sqlite3_vfs* vfs) { return *static_cast<SqliteVfs*>(vfs->pAppData); }

  static int close(sqlite3_file* base) {
    VfsFile& file = of(base);
    if (file.locks != nullptr) {
      file.locks->unmap(file.holder);
      file.locks->unlock(file.holder, SQLITE_LOCK_NONE);
    }
    (void)file.flush();  // Nothing that was committed: that has been synced.
    file.~VfsFile();
    return SQLITE_OK;
  }

  static int read(sqlite3_file* base, void* into, int amount, sqlite3_int64 offset) {
    const std::span bytes(static_cast<char*>(into), static_cast<std::size_t>(amount));
    if (const Result<void> flushed = of(base).flush(); !flushed) return code_of(flushed.error(), SQLITE_IOERR_READ);
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
    file.dirty = true;
    const auto at = static_cast<std::uint64_t>(offset);
    const Result<void> written = file.gathers ? file.gathered.add(*file.file, bytes, at) : file.file->pwrite(bytes, at);
    return written ? SQLITE_OK : code_of(written.error(), SQLITE_IOERR_WRITE);
  }

  static int truncate(sqlite3_file* base, sqlite3_int64 size) {
    VfsFile& file = of(base);
    if (file.vfs->failed()) return SQLITE_IOERR_TRUNCATE;
    if (const Result<void> flushed = file.flush(); !flushed) return code_of(flushed.error(), SQLITE_IOERR_TRUNCATE);
    file.dirty = true;
    return file.file->truncate(static_cast<std::uint64_t>(size)) ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
  }

  static int sync(sqlite3_file* base, int /*flags*/) {
    VfsFile& file = of(base);
    if (file.vfs->failed()) return SQLITE_IOERR_FSYNC;
    if (const Result<void> flushed = file.flush(); !flushed) return code_of(flushed.error(), SQLITE_IOERR_WRITE);
    if (!file.dirty) return SQLITE_OK;
    if (!file.vfs->sync(*file.file)) return SQLITE_IOERR_FSYNC;
    file.dirty = false;
    return SQLITE_OK;
  }

  static int file_size(sqlite3_file* base, sqlite3_int64* size) {
    if (const Result<void> flushed = of(base).flush(); !flushed) return code_of(flushed.error(), SQLITE_IOERR_FSTAT);
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
  auto* made = new (base) VfsFile{{&kMethods}, &self(vfs), path, *std::move(file), false, true, nullptr, {}, {}};
  made->gathers = (flags & SQLITE_OPEN_WAL) != 0;
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
