#include "app/replace_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "storage/real_disk.h"

namespace postroad::app {
namespace {

Result<void> write_draft(storage::Disk& disk, const std::string& path, const std::string& draft, const std::string& text) {
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::File> file, disk.open(draft, storage::Disk::Open::kCreate));
  RETURN_IF_ERROR(file->truncate(0));
  RETURN_IF_ERROR(file->pwrite(text, 0));
  RETURN_IF_ERROR(file->sync());
  struct ::stat old {};
  const bool kept = ::stat(path.c_str(), &old) == 0 && ::chown(draft.c_str(), old.st_uid, old.st_gid) == 0 && ::chmod(draft.c_str(), old.st_mode & 07777) == 0;
  if (!kept) return fail_permanent(ErrorCode::kUnauthorized, fmt::format("{}: owner and mode cannot be kept; run it as its user, or as root", path));
  return {};
}

}  // namespace

Result<void> replace_file(const std::string& path, const std::string& text) {
  storage::RealDisk disk;
  const std::string draft = path + ".new";
  if (::access(path.c_str(), W_OK) != 0) return fail_permanent(ErrorCode::kUnauthorized, fmt::format("{} may not be changed by this user; run it as its user, or as root", path));
  if (Result<void> written = write_draft(disk, path, draft, text); !written) {
    (void)disk.unlink(draft);
    return written;
  }
  RETURN_IF_ERROR(disk.rename(draft, path));
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return disk.sync_directory(folder.empty() ? "." : folder);
}

}  // namespace postroad::app
