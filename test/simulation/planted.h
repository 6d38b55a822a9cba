#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "storage/disk.h"
#include "storage/store.h"

namespace postroad::simulation {

/// Bugs that the simulation must catch, planted at the seams: a harness that finds none of them proves nothing.
enum class Bug : std::uint8_t {
  kNone,
  kAnswerBeforeSync,           ///< A sync answers well and has done nothing.
  kSkippedDirectorySync,       ///< New files, renames and removals are never made durable.
  kReusedFailedSync,           ///< A failed sync is tried again, and the second answer believed.
  kEndingRecordedAfterRelease, ///< A recipient's row goes first, its ending is written in a later commit.
  kDuplicateEnding,            ///< An ending is written twice.
};
std::optional<Bug> bug_named(std::string_view name);
inline constexpr std::string_view kBugNames[] = {"answer-before-sync", "skipped-directory-sync", "reused-failed-sync",
                                                 "ending-recorded-after-release", "duplicate-ending"};

/// `disk` with the bug in it, or as it is.
class PlantedDisk final : public storage::Disk {
 public:
  PlantedDisk(storage::Disk& disk, Bug bug) : disk_(disk), bug_(bug) {}

  Result<std::unique_ptr<storage::File>> open(const std::string& path, Open how) override;
  Result<bool> exists(const std::string& path) override { return disk_.exists(path); }
  Result<void> rename(const std::string& from, const std::string& to) override { return disk_.rename(from, to); }
  Result<void> unlink(const std::string& path) override { return disk_.unlink(path); }
  Result<void> sync_directory(const std::string& path) override;
  Result<void> create_directory(const std::string& path) override { return disk_.create_directory(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return disk_.list(path); }
  Result<std::uint64_t> free_bytes(const std::string& path) override { return disk_.free_bytes(path); }
  Result<std::unique_ptr<storage::DirectoryLock>> lock(const std::string& path) override { return disk_.lock(path); }

 private:
  storage::Disk& disk_;
  const Bug bug_;
};

/// Between the rooms and the store: null when the bug is not one of units.
std::unique_ptr<storage::Store> planted_store(storage::Store& store, Bug bug);

}  // namespace postroad::simulation
