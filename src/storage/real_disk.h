#pragma once
#include "storage/disk.h"

namespace postroad::storage {

/// The machine's disks. Directories are synced with fsync, files with fdatasync; EINTR and short writes are continued.
class RealDisk final : public Disk {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, Open how) override;
  Result<bool> exists(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> unlink(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<void> create_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;
  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override;
};

/// How a failed system call is reported (see File): ENOENT kNotFound, EEXIST kConflict, ENOSPC and EDQUOT kDiskFull.
Error disk_error(int number, std::string_view what, std::string_view path);

}  // namespace postroad::storage
