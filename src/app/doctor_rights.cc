// Who may read what: keys are their owner's alone, and everything in the data directory is of one user.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "app/doctor.h"
#include "app/profile.h"
#include "storage/real_disk.h"

namespace postroad::app::doctor {
namespace {

using enum Finding::Level;
namespace fs = std::filesystem;

constexpr std::size_t kOwnedFilesMax = 100'000;  ///< That are looked at.
constexpr ::mode_t kOthersAndGroup = 077, kOthers = 007;

/// Of the file itself: a link is whoever's it leads to. None where there is none, or its directory may not be read.
void look(Findings& findings, const std::string& group, const std::string& check, const std::string& path, ::mode_t forbidden) {
  struct ::stat facts {};
  if (path.empty() || ::lstat(path.c_str(), &facts) != 0 || S_ISLNK(facts.st_mode)) return;
  Finding finding = rights_finding(group, check, path, facts.st_mode & 07777, forbidden);
  if (finding.level != kGood) findings.push_back(std::move(finding));
}

/// Files (a link is nothing that can be read) that are not of whom the directory is. What root has left there, who asks with a
/// command, can be given back; anything else is for somebody to look at, and so is a directory that is root's or no store.
Findings check_owners(const std::string& data_dir) {
  struct ::stat home {};
  if (::stat(data_dir.c_str(), &home) != 0) return {};
  std::size_t looked_at = 0, others = 0, of_root = 0;
  std::string first;
  std::error_code error;
  for (fs::recursive_directory_iterator at(data_dir, fs::directory_options::skip_permission_denied, error), end; !error && at != end && looked_at < kOwnedFilesMax; at.increment(error)) {
    struct ::stat facts {};
    ++looked_at;
    if (::lstat(at->path().c_str(), &facts) != 0 || facts.st_uid == home.st_uid || S_ISLNK(facts.st_mode)) continue;
    of_root += facts.st_uid == 0 ? 1 : 0;
    if (others++ == 0) first = at->path().string();
  }
  if (others == 0) return {};
  const std::string fix = home.st_uid == 0 ? fmt::format("the directory is root's: chown it to the user that the server runs as, if that is another")
                                           : fmt::format("chown -R {}:{} {}", home.st_uid, home.st_gid, data_dir);
  Finding finding{"store", "owner", kFailure, fmt::format("{} of {} files are not of user {}, whose directory it is: {}", others, looked_at, home.st_uid, first), fix};
  if (of_root == others && fs::is_regular_file(data_dir + "/postroad.db", error)) finding.remedy = Remedy{Remedy::Kind::kOwner, fmt::format("give what is in {} to its user, {}", data_dir, home.st_uid), data_dir, std::to_string(home.st_uid)};
  return {finding};
}

/// A socket that a server has left behind which did not end by itself.
Findings check_socket(const std::string& data_dir) {
  const std::string path = data_dir + "/control.sock";
  storage::RealDisk disk;
  if (!disk.exists(path).value_or(false) || holder_of(data_dir) != Holder::kNobody) return {};
  Finding finding{"store", "socket", kWarning, fmt::format("{} is left of a server that is gone", path), "the next start replaces it"};
  finding.remedy = Remedy{Remedy::Kind::kSocket, fmt::format("remove {}", path), data_dir, {}};
  return {finding};
}

/// The file in which the first API key stands; empty: in none.
std::string file_with_secret(const Settings& settings) {
  const std::string& origin = settings.origin("bootstrap.api_key");
  const std::string path = origin.substr(0, origin.rfind(':'));
  return settings.text("bootstrap.api_key").empty() || path.find('/') == std::string::npos ? std::string() : path;
}

}  // namespace

Finding rights_finding(const std::string& group, const std::string& check, const std::string& path, unsigned mode, unsigned forbidden) {
  if ((mode & forbidden) == 0) return {group, check, kGood, fmt::format("{} has mode {:04o}", path, mode), ""};
  const unsigned right = mode & ~forbidden;
  Finding finding{group, check, kWarning, fmt::format("{} has mode {:04o}: others can read or change it", path, mode), fmt::format("chmod {:04o} {}", right, path)};
  finding.remedy = Remedy{Remedy::Kind::kMode, fmt::format("chmod {:04o} {}", right, path), path, fmt::format("{:04o}", forbidden)};
  return finding;
}

Holder holder_of(const std::string& data_dir) {
  storage::RealDisk disk;
  if (!disk.exists(data_dir + "/lock").value_or(false)) return Holder::kUnknown;
  const auto lock = disk.lock(data_dir + "/lock");
  if (lock) return Holder::kNobody;
  return lock.error().code == ErrorCode::kConflict ? Holder::kSomebody : Holder::kUnknown;
}

Findings check_rights_of_user(const Settings& settings) {
  Findings findings;
  std::error_code ignored;
  look(findings, "machine", "profile", fs::canonical(profile_path(), ignored), kOthersAndGroup);
  look(findings, "machine", "configuration", fs::canonical(file_with_secret(settings), ignored), kOthers);
  return findings;
}

Findings check_rights_of_store(const ServerOptions& options) {
  Findings findings;
  look(findings, "store", "directory", options.data_dir, kOthersAndGroup);
  for (const char* name : {"spool.key", "server.key", "dev-ca.key"}) look(findings, "store", name, options.data_dir + "/" + name, kOthersAndGroup);
  for (Finding& one : check_owners(options.data_dir)) findings.push_back(std::move(one));
  for (Finding& one : check_socket(options.data_dir)) findings.push_back(std::move(one));
  if (findings.empty()) findings.push_back({"store", "rights", kGood, "the data directory and its keys are of its user alone", ""});
  return findings;
}

}  // namespace postroad::app::doctor
