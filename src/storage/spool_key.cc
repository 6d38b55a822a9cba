#include "storage/spool_key.h"

#include <fmt/format.h>

#include <cstring>

#include "storage/segment_format.h"

namespace postroad::storage {
namespace {

Result<bool> any_segment(Disk& disk, const std::string& directory) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, disk.list(directory + "/spool"));
  for (const std::string& name : names) {
    if (segment_number_of(name)) return true;
  }
  return false;
}

/// Under another name first, so that a power cut leaves no half key behind.
Result<SealKey> create(Disk& disk, Random& random, const std::string& directory, const std::string& path) {
  SealKey key;
  random.fill(key);
  const std::string draft = path + ".new";
  ASSIGN_OR_RETURN(const std::unique_ptr<File> file, disk.open(draft, Disk::Open::kCreate));
  RETURN_IF_ERROR(file->truncate(0));
  RETURN_IF_ERROR(file->pwrite(std::string_view(reinterpret_cast<const char*>(key.data()), key.size()), 0));
  RETURN_IF_ERROR(file->sync());
  RETURN_IF_ERROR(disk.rename(draft, path));
  RETURN_IF_ERROR(disk.sync_directory(directory));
  return key;
}

}  // namespace

Result<SealKey> load_spool_key(Disk& disk, const std::string& directory) {
  const std::string path = directory + "/spool.key";
  ASSIGN_OR_RETURN(const bool exists, disk.exists(path));
  if (!exists) {
    return fail_permanent(ErrorCode::kUnauthorized,
                          fmt::format("{} is missing, but there is content sealed with it; put the key file back", path));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<File> file, disk.open(path, Disk::Open::kReadOnly));
  std::string bytes(sizeof(SealKey) + 1, '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file->pread(bytes, 0));
  if (got != sizeof(SealKey)) {
    return fail_permanent(ErrorCode::kUnauthorized,
                          fmt::format("{} must hold 32 bytes; put the right key file back", path));
  }
  SealKey key;
  std::memcpy(key.data(), bytes.data(), key.size());
  return key;
}

Result<SealKey> load_or_create_spool_key(Disk& disk, Random& random, const std::string& directory) {
  const std::string path = directory + "/spool.key";
  ASSIGN_OR_RETURN(const bool exists, disk.exists(path));
  if (!exists) {
    ASSIGN_OR_RETURN(const bool content, any_segment(disk, directory));
    if (!content) return create(disk, random, directory, path);
  }
  return load_spool_key(disk, directory);
}

}  // namespace postroad::storage
