// What the machine itself says: memory, disk, limits, and how fast the data directory syncs.
#include <fmt/format.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <thread>

#include "app/doctor.h"
#include "app/remote.h"
#include "app/store_question.h"
#include "base/text.h"
#include "storage/real_disk.h"

namespace postroad::app::doctor {
namespace {

using enum Finding::Level;

constexpr std::uint64_t kGiB = 1024ull * 1024 * 1024;
constexpr std::uint64_t kMemoryWanted = kGiB / 2;
constexpr std::uint64_t kDiskWanted = 5 * kGiB;
constexpr std::uint64_t kDiskNeeded = kGiB / 2;
constexpr rlim_t kFilesWanted = 8192;
constexpr int kSyncs = 50;
constexpr std::chrono::milliseconds kSlowSync{50};
constexpr std::uintmax_t kAuditedBytesMax = kGiB / 2;  ///< Of a database that is audited here.

std::string gib(std::uint64_t bytes) { return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / static_cast<double>(kGiB)); }

Finding check_memory() {
  const std::uint64_t bytes = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
  const bool enough = bytes >= kMemoryWanted;
  return {"machine", "memory", enough ? kGood : kWarning,
          fmt::format("{} of memory, {} cores", gib(bytes), std::thread::hardware_concurrency()),
          enough ? "" : fmt::format("give the machine {} or more", gib(kMemoryWanted))};
}

/// Of the nearest directory above that is there.
Finding check_disk(const std::string& data_dir) {
  std::filesystem::path at(data_dir);
  std::error_code ignored;
  while (at.has_parent_path() && at != at.parent_path() && !std::filesystem::exists(at, ignored)) at = at.parent_path();
  struct statvfs disk{};
  if (statvfs(at.c_str(), &disk) != 0) {
    return {"machine", "disk", kFailure, fmt::format("{} cannot be looked at", at.string()), "make the data directory readable to this user"};
  }
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  const Finding::Level level = free >= kDiskWanted ? kGood : free >= kDiskNeeded ? kWarning : kFailure;
  return {"machine", "disk", level, fmt::format("{} free at {}", gib(free), at.string()),
          level == kGood ? "" : fmt::format("make room: mail is refused with 503 and 451 when the disk is full; {} is comfortable", gib(kDiskWanted))};
}

Finding check_files(rlimit limit) {
  const bool enough = limit.rlim_max >= kFilesWanted;
  return {"machine", "open files", enough ? kGood : kWarning, fmt::format("{} open files at most", limit.rlim_max),
          enough ? "" : fmt::format("LimitNOFILE={} in the service unit, or `ulimit -n`", kFilesWanted)};
}

/// Those of the server that has the store, else those of this process.
OpenFiles files_for(const std::string& data_dir, std::uint64_t own) {
  if (holder_of(data_dir) != Holder::kSomebody) return {own};
  const Result<std::string> holder = read_whole_file(data_dir + "/lock");
  const std::optional<std::int64_t> process = holder ? parse_int(trim(*holder)) : std::nullopt;
  const Result<std::string> limits = process ? read_whole_file(fmt::format("/proc/{}/limits", *process)) : std::unexpected(Error{});
  const std::optional<std::uint64_t> most = limits ? open_files_in(*limits) : std::nullopt;
  return most ? OpenFiles{*most, true} : OpenFiles{own};
}

/// The slowest but one in a hundred, as an operator feels it; nothing is left behind.
Finding check_sync(const std::string& data_dir, Clock& clock) {
  const std::string path = data_dir + "/doctor.tmp";
  const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) {
    return {"store", "sync", kFailure, fmt::format("cannot write in {}", data_dir), "run as the server's user, or give it the directory"};
  }
  std::vector<std::chrono::microseconds> times;
  std::array<char, 4096> page{};
  bool failed = false;
  const MonoTime until = clock.mono() + kSyncsMax;
  for (int i = 0; i < kSyncs && !failed && (i == 0 || clock.mono() < until); ++i) {
    const MonoTime begun = clock.mono();
    failed = pwrite(file, page.data(), page.size(), static_cast<off_t>(i) * 4096) != std::ssize(page) || fdatasync(file) != 0;
    times.push_back(std::chrono::duration_cast<std::chrono::microseconds>(clock.mono() - begun));
  }
  close(file);
  unlink(path.c_str());
  if (failed) return {"store", "sync", kFailure, fmt::format("{} does not sync", data_dir), "look at the kernel's log: the disk is failing or full"};
  std::ranges::sort(times);
  const auto slow = times[times.size() - 1 - times.size() / 100];
  const bool good = slow < kSlowSync;
  return {"store", "sync", good ? kGood : kWarning,
          fmt::format("write and sync: half within {:.1f} ms, nearly all within {:.1f} ms", static_cast<double>(times[times.size() / 2].count()) / 1000,
                      static_cast<double>(slow.count()) / 1000),
          good ? "" : "every acceptance waits for one sync: use a disk with a protected write cache"};
}

Finding check_balance(const std::string& data_dir) {
  const Result<std::string> audit = ask_store(data_dir, "audit", {}, kAuditMax);
  if (!audit) return {"store", "audit", kFailure, audit.error().detail, "start the server, or run `postroad fsck` with it stopped"};
  const boost::json::value answer = boost::json::parse(*audit);
  const bool balanced = answer.at("balanced").as_bool();
  return {"store", "audit", balanced ? kGood : kFailure,
          fmt::format("accepted {} = ended {} + waiting {}", answer.at("accepted").as_int64(), answer.at("ended").as_int64(), answer.at("waiting").as_int64()),
          balanced ? "" : "keep the data directory as it is, run `postroad audit` and report this"};
}

/// Whether fsck has copied what is damaged.
bool all_copied(const std::string& data_dir, const boost::json::array& places) {
  storage::RealDisk disk;
  const std::vector<std::string> copies = disk.list(data_dir + "/quarantine").value_or(std::vector<std::string>{});
  return std::ranges::all_of(places, [&copies](const boost::json::value& one) {
    return is_copied(copies, static_cast<std::uint64_t>(one.at("segment").as_int64()), static_cast<std::uint64_t>(one.at("offset").as_int64()));
  });
}

/// The content of the newest messages, as delivery would read it.
Finding check_sample(const std::string& data_dir) {
  const std::string fix = "stop the server and run `postroad fsck`: it copies what is damaged and deletes nothing";
  const Result<std::string> sample = ask_store(data_dir, "sample", {}, kSampleMax);
  if (!sample) return {"store", "integrity", kSkipped, sample.error().detail, fix};
  const boost::json::value answer = boost::json::parse(*sample);
  const boost::json::array& damaged = answer.at("damaged").as_array();
  const std::int64_t verified = answer.at("verified").as_int64();
  if (!damaged.empty()) {
    Finding finding{"store", "integrity", kFailure, fmt::format("of the newest messages {} verify and {} do not: {}", verified, damaged.size(), std::string_view(damaged.front().as_string())), fix};
    if (all_copied(data_dir, answer.at("places").as_array())) {
      finding.fix = "their bytes are in quarantine/, and the mail is held: restore what you can from a backup";
    } else if (holder_of(data_dir) == Holder::kNobody) {
      finding.remedy = Remedy{Remedy::Kind::kQuarantine, "verify everything, and copy damaged bytes to quarantine/", data_dir, fmt::format("{} damaged, not copied", damaged.size())};
    }
    return finding;
  }
  return {"store", "integrity", kGood, fmt::format("the newest {} messages verify", verified), ""};
}

}  // namespace

Findings check_machine(const ServerOptions& options) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  timex clock{};
  const int state = adjtimex(&clock);  // Only reads: no mode is set.
  const std::chrono::microseconds offset((clock.status & STA_NANO) != 0 ? clock.offset / 1000 : clock.offset);
  utsname kernel{};
  uname(&kernel);
  char byte = 0;
  const bool has_entropy = getrandom(&byte, 1, GRND_NONBLOCK) == 1;
  return {check_memory(), check_disk(options.data_dir), check_files(files), clock_finding(state, offset), kernel_finding(kernel.release, has_entropy),
          settings_finding(std::thread::hardware_concurrency(), files_for(options.data_dir, files.rlim_max), options.queue_limits.jobs_max)};
}

Findings check_store(const ServerOptions& options, Clock& clock) {
  std::error_code ignored;
  if (access(options.data_dir.c_str(), F_OK) == 0 && access(options.data_dir.c_str(), R_OK | X_OK) != 0) {
    return {{"store", "there", kFailure, fmt::format("{} cannot be read by this user", options.data_dir), "run as the server's user, or as root"}};
  }
  if (!std::filesystem::exists(options.data_dir + "/postroad.db", ignored)) {
    return {{"store", "there", kSkipped, fmt::format("no store in {} yet", options.data_dir), "`postroad serve` makes it at its first start"}};
  }
  Findings findings = check_rights_of_store(options);  // Before a question of ours leaves a file of ours.
  findings.push_back(check_sync(options.data_dir, clock));
  const std::uintmax_t bytes = std::filesystem::file_size(options.data_dir + "/postroad.db", ignored);
  if (bytes <= kAuditedBytesMax) {
    findings.push_back(check_balance(options.data_dir));
  } else {
    findings.push_back({"store", "audit", kSkipped, fmt::format("{} take too long for this command", gib(bytes)), "run `postroad audit`"});
  }
  findings.push_back(check_sample(options.data_dir));
  findings.push_back({"store", "backup", kSkipped, "postroad makes no backups yet: their age is not known", "back up the data directory, and spool.key apart from it"});
  return findings;
}

}  // namespace postroad::app::doctor
