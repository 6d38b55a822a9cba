#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace postroad::storage {

/// An open file. Safe to use from several threads at once. Closing never fails: what matters has been synced before.
///
/// Every error is one of: kDiskFull, transient (ENOSPC, EDQUOT): room may come back; kDiskFailed, permanent (EIO and
/// all else): what the file holds is now unknown. The detail names the path and the system's word.
class File {
 public:
  virtual ~File() = default;

  /// Reads at `offset`; fewer bytes than asked for only where the file ends.
  virtual Result<std::size_t> pread(std::span<char> into, std::uint64_t offset) = 0;
  /// Writes all parts one after another, or fails; after a failure any prefix may have been written.
  virtual Result<void> pwrite(std::span<const std::string_view> parts, std::uint64_t offset) = 0;
  /// Returns when everything written to this file before the call survives a power cut (fdatasync). After a failure
  /// the written bytes may be lost although they read back: never call it again and believe the answer.
  virtual Result<void> sync() = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
  virtual Result<std::uint64_t> size() = 0;

  Result<void> pwrite(std::string_view bytes, std::uint64_t offset) { return pwrite(std::span(&bytes, 1), offset); }
};

/// Held while it lives: no other process may open the same store.
class DirectoryLock {
 public:
  virtual ~DirectoryLock() = default;
};

/// The seam for files: nothing else in the program's storage touches one. The real one is RealDisk; tests and the
/// simulation bring their own, which forgets what was not synced.
class Disk {
 public:
  enum class Open : std::uint8_t {
    kExisting,       ///< kNotFound when it is not there.
    kReadOnly,       ///< The same, and never written.
    kCreate,         ///< Created, mode 0600, when it is not there. The entry is durable after sync_directory().
    kCreateNew,      ///< kConflict when it is there.
  };
  virtual ~Disk() = default;

  virtual Result<std::unique_ptr<File>> open(const std::string& path, Open how) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  /// Removing what is not there is kNotFound.
  virtual Result<void> unlink(const std::string& path) = 0;
  /// Makes creations, renames and removals in this directory durable. A failure is as final as File::sync()'s.
  virtual Result<void> sync_directory(const std::string& path) = 0;
  /// With its missing parents, mode 0700; fine when it is there already.
  virtual Result<void> create_directory(const std::string& path) = 0;
  /// Names (not paths) of the files in a directory, sorted; directories are left out.
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  /// Bytes that this user can still write there.
  virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
  /// Takes `path` (a file, created when missing, that then holds our process id) for this process alone. kConflict,
  /// naming the holder's process id, when another has it.
  virtual Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) = 0;
};

}  // namespace postroad::storage
