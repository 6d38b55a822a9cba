#pragma once
#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>

#include "storage/disk.h"

namespace postroad::storage::testing {

/// A disk in memory that forgets, on a power cut, what was not synced, and fails where a test says.
///
/// Each file has its durable bytes and the writes since its last sync; each directory its durable entries and the
/// changes since its last sync. restart() keeps or loses every pending 512-byte sector and every pending entry
/// independently, drawn from a seed. A sync that fails makes the pending writes read back but never durable, and the
/// next sync of that file succeeds: as Linux does.
class FaultDisk final : public Disk {
 public:
  static constexpr std::uint64_t kSectorBytes = 512;

  enum class Call : std::uint8_t { kWrite, kSync, kSyncDirectory, kChange };  // kChange: rename, unlink, truncate, create
  enum class Fault : std::uint8_t {
    kIoError,     ///< EIO: nothing done (of a sync: nothing made durable).
    kFull,        ///< ENOSPC: of a write, nothing done.
    kShortWrite,  ///< Half of a write done, then ENOSPC.
    kPowerCut,    ///< This call and all later ones fail, until restart().
  };
  struct Plan {
    std::uint64_t at = 0;  ///< The number of the call, counted from 1 over the calls of `kinds`; 0: never.
    std::set<Call> kinds{Call::kWrite, Call::kSync, Call::kSyncDirectory, Call::kChange};
    Fault fault = Fault::kPowerCut;
    std::uint64_t times = 1;  ///< How many calls in a row.
  };

  void plan(Plan plan);
  /// Calls counted since plan().
  std::uint64_t calls() const;
  /// Whether the planned fault has happened.
  bool struck() const;

  /// Syncs of paths with this ending answer well and do nothing; "" for none. To test the tests.
  void pretend_to_sync(std::string ending);

  void cut_power();
  /// Power is back; pending sectors and entries are kept with this chance, in 1/256ths (0: all are lost).
  void restart(std::uint64_t seed, unsigned keep);
  /// Bytes left before writes that grow a file fail with ENOSPC.
  void set_room(std::optional<std::uint64_t> bytes);
  /// The file's bytes as programs see them, to be damaged by a test.
  std::string& bytes(const std::string& path);

  Result<std::unique_ptr<File>> open(const std::string& path, Open how) override;
  Result<bool> exists(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> unlink(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<void> create_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;
  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override;

 private:
  friend class FaultFile;
  struct Operation {
    bool truncate = false;
    std::uint64_t offset = 0;  ///< Of a write; the size, of a truncation.
    std::string bytes;
  };
  struct Inode {
    std::string current;
    std::string durable;
    std::vector<Operation> pending;
  };
  using Entry = std::pair<std::string, std::shared_ptr<Inode>>;  ///< A path and what it names then; null: nothing.
  struct Change {
    std::string directory;
    std::vector<Entry> entries;  ///< All or none.
  };
  class Lock;

  std::optional<Fault> count(Call call);
  bool pretends(const std::string& path) const { return !pretended_.empty() && path.ends_with(pretended_); }
  Result<void> refused(std::optional<Fault> fault, std::string_view what, const std::string& path);
  Result<void> write(Inode& inode, const std::string& path, std::string_view bytes, std::uint64_t offset);
  Result<void> sync(Inode& inode, const std::string& path);
  Result<void> truncate(Inode& inode, const std::string& path, std::uint64_t size);
  void change(const std::string& directory, std::vector<Entry> entries);
  bool room_for(const Inode& inode, std::uint64_t end);
  static void apply(std::string& image, const Operation& operation);
  void apply_some(Inode& inode, std::mt19937_64& chance, unsigned keep);

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Inode>> current_;
  std::map<std::string, std::shared_ptr<Inode>> durable_;
  std::vector<Change> changes_;
  std::set<std::string> directories_;
  std::set<std::string> locks_;
  std::optional<std::uint64_t> room_;
  Plan plan_;
  std::string pretended_;
  std::uint64_t calls_ = 0;
  bool struck_ = false;
  bool powered_ = true;
  std::uint64_t life_ = 0;  ///< Counts restarts: handles of an earlier life are dead.
  std::mt19937_64 chance_{1};
};

}  // namespace postroad::storage::testing
