// Remedies that are a change of one file: a setting, a mode, an owner, a socket that is left.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "app/doctor_remedies.h"
#include "app/setting_change.h"
#include "app/settings_table.h"
#include "app/store_question.h"
#include "net/descriptor.h"
#include "storage/real_disk.h"

namespace postroad::app::doctor {
namespace {

namespace fs = std::filesystem;
using net::Descriptor;

std::unexpected<Error> refused(const std::string& path) {
  const bool rights = errno == EPERM || errno == EACCES;
  return fail_permanent(rights ? ErrorCode::kUnauthorized : ErrorCode::kDiskFailed,
                        fmt::format("{}: {}{}", path, std::strerror(errno), rights ? "; run it as root, or as the file's user" : ""));
}

/// Step by step, through no link and no "..", so that whoever may write in the directory leads nobody out of it.
Descriptor open_beneath(int directory, const fs::path& relative) {
  Descriptor at(::openat(directory, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (const fs::path& part : relative) {
    const bool leads_out = part == ".." || part.is_absolute();
    at = Descriptor(leads_out ? -1 : ::openat(at.get(), part.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (at.get() < 0) break;
  }
  return at;
}

/// The file in which a setting stands, or would be put; empty: it is not of a file.
std::string file_of(const Settings& settings, std::string_view name, const std::string& config) {
  const std::string& origin = settings.origin(name);
  if (origin == "default") return config;
  const std::string path = origin.substr(0, origin.rfind(':'));
  return origin.starts_with("POSTROAD_") || path.find(".toml") == std::string::npos ? std::string() : path;
}

}  // namespace

Result<Mended> change_setting_of(const Remedy& remedy, const Surroundings& around) {
  const std::span<const SettingSpec> table = settings_table();
  const auto spec = std::ranges::find(table, remedy.subject, &SettingSpec::name);
  const std::string file = file_of(around.settings, remedy.subject, around.config);
  if (spec == table.end() || file.empty()) {
    return fail_permanent(ErrorCode::kConflict, fmt::format("{} is of no file (\"{}\"): set it to {} there", remedy.subject, around.settings.origin(remedy.subject), remedy.value));
  }
  RETURN_IF_ERROR(change_setting(file, *spec, {remedy.value}));
  std::string after = remedy.value;
  if (holder_of(around.options.data_dir) == Holder::kSomebody) {
    const Result<std::string> taken = spec->live ? ask_store(around.options.data_dir, "config_reload", {}, kStoreMax) : Result<std::string>();
    after += !spec->live ? "; a running server needs a restart for it" : taken ? "; the server has taken it" : "; the server has not taken it: " + taken.error().detail;
  }
  return Mended{{}, {}, around.settings.shown(remedy.subject), std::move(after)};
}

Result<Mended> close_to_others(const Remedy& remedy) {
  const Descriptor file(::open(remedy.subject.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct ::stat facts {};
  if (file.get() < 0 || ::fstat(file.get(), &facts) != 0) return refused(remedy.subject);
  const ::mode_t before = facts.st_mode & 07777;
  const ::mode_t after = before & ~static_cast<::mode_t>(std::stoul(remedy.value, nullptr, 8));
  if (::fchmod(file.get(), after) != 0) return refused(remedy.subject);
  return Mended{{}, {}, fmt::format("{:04o}", before), fmt::format("{:04o}", after)};
}

Result<Mended> give_to_owner(const Remedy& remedy) {
  const Descriptor home(::open(remedy.subject.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct ::stat owner {};
  if (home.get() < 0 || ::fstat(home.get(), &owner) != 0) return refused(remedy.subject);
  std::size_t given = 0;
  std::string before;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(remedy.subject, fs::directory_options::skip_permission_denied)) {
    struct ::stat facts {};
    if (::lstat(entry.path().c_str(), &facts) != 0 || facts.st_uid == owner.st_uid || S_ISLNK(facts.st_mode)) continue;
    const Descriptor file = open_beneath(home.get(), entry.path().lexically_relative(remedy.subject));  // Not fs::relative, which follows links.
    if (file.get() < 0 || ::fstat(file.get(), &facts) != 0) return refused(entry.path().string());
    if (facts.st_uid != 0) return fail_permanent(ErrorCode::kConflict, fmt::format("{} is of user {}, not of root: look at it", entry.path().string(), facts.st_uid));
    const bool plain = S_ISDIR(facts.st_mode) || (S_ISREG(facts.st_mode) && facts.st_nlink == 1);
    if (!plain) return fail_permanent(ErrorCode::kConflict, fmt::format("{} is no plain file of one name: look at it", entry.path().string()));
    if (::fchown(file.get(), owner.st_uid, owner.st_gid) != 0) return refused(entry.path().string());
    before = std::to_string(facts.st_uid);
    ++given;
  }
  return Mended{{}, {}, "user " + before, fmt::format("user {}, {} files", owner.st_uid, given)};
}

Result<Mended> remove_socket(const Remedy& remedy) {
  storage::RealDisk disk;
  const std::string path = remedy.subject + "/control.sock";
  // As long as it is held no server can start, so the socket is nobody's.
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::DirectoryLock> lock, disk.lock(remedy.subject + "/lock"));
  RETURN_IF_ERROR(disk.unlink(path));
  return Mended{{}, {}, "there", "removed"};
}

}  // namespace postroad::app::doctor
