#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/disk.h"
#include "storage/group_sync.h"
#include "storage/health.h"
#include "storage/pending_commit.h"
#include "storage/segment_log.h"
#include "storage/sqlite_connection.h"
#include "storage/thread.h"

namespace postroad::storage {

/// The one writer. Takes all units that wait, makes one transaction of them, and answers when it is on disk:
///
///   1  contents sealed into the page cache, at their final places in one segment
///   2  the segment synced by another thread, while here the rows are written and COMMIT syncs SQLite's log
///   3  when both have succeeded: hooks, then one wake-up for each event loop
///   4  when SQLite's log has grown enough: a checkpoint
///
/// A power cut in 2 can leave rows without their content. They are the last transaction in SQLite's log and no
/// checkpoint has reached them: open_database() finds that the last group's content is not whole and drops it.
///
/// A unit that an expectation refuses takes nothing with it: units that may fail half-way run in a savepoint; when one
/// fails half-way without, the transaction is rolled back and run again with a savepoint for each.
class CommitWriter {
 public:
  static constexpr std::size_t kGroupUnitsMax = 512;
  static constexpr std::size_t kGroupContentBytesMax = 4u << 20;  ///< Unless one unit alone has more.
  static constexpr std::size_t kGroupStepsMax = 20'000;
  static constexpr std::size_t kWaitingUnitsMax = 65'536;  ///< More are refused: whoever asks should slow down.
  /// After a group, those just resumed may have the next unit ready at once: the writer waits for them, at most this
  /// part of what the group took, rather than make them wait for a whole further group.
  static constexpr int kLingerPart = 8;
  static constexpr std::chrono::seconds kRoomProbeInterval{1};
  static constexpr std::size_t kRoomProbeBytes = 1u << 20;  ///< Must fit before the store takes mail again.

  struct Options {
    bool threads = true;
    std::string directory;  ///< For the room probe.
    std::int64_t last_commit_time = 0;
    int checkpoint_pages = 512;  ///< In SQLite's log; then they go to the database file.
  };

  CommitWriter(Disk& disk, Clock& clock, SqliteConnection& connection, SegmentLog& log, Health& health,
               Options options);
  ~CommitWriter();

  /// `pending` is answered later, on its executor: refused with kQuotaExceeded, transient, when too many wait. Any thread.
  void submit(PendingCommit& pending);
  /// From now on only barriers are taken.
  void refuse_new();

 private:
  /// How running a unit's steps ended.
  enum class UnitEnd : std::uint8_t { kDone, kRefused, kRefusedHalfWay, kGroupFailed };

  void run();
  void drain();
  bool take_group();
  void commit_group();
  Result<void> place_contents();
  Result<void> write_rows();
  Result<bool> run_units(bool savepoints_for_all);
  UnitEnd run_unit(PendingCommit& pending, bool savepoint, Error& why);
  Result<void> run_step(const Unit::Step& step, const BoundMeanings& meanings);
  Result<void> record_progress();
  void end_group(const Result<void>& outcome);
  void answer(PendingCommit& pending, const Result<void>& outcome);
  void note_failure(const Error& error);
  void roll_back();
  void checkpoint();
  void probe_room();

  Disk& disk_;
  Clock& clock_;
  SqliteConnection& connection_;
  SegmentLog& log_;
  Health& health_;
  const Options options_;
  GroupSync sync_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<PendingCommit*> waiting_;
  bool stopping_ = false;
  bool refusing_ = false;
  bool scheduled_ = false;  ///< Without threads: a run is posted.

  // The group, for the writer alone; kept to reuse their memory.
  std::vector<PendingCommit*> group_;
  std::vector<std::string_view> contents_;
  std::vector<std::int64_t> locations_;
  ResumeBatch resumes_;
  std::shared_ptr<Echoes> echoes_;  ///< Shared with what is posted; null without threads.
  MonoTime::duration group_took_{};
  std::int64_t last_time_;
  int log_pages_ = 0;
  int checkpoint_at_ = 0;

  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< Posted runs share it: false once we are gone.
  std::unique_ptr<Thread> thread_;
};

}  // namespace postroad::storage
