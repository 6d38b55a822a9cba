#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/disk.h"
#include "storage/sealer.h"
#include "storage/segment_format.h"
#include "storage/thread.h"

namespace postroad::storage {

/// How far the log was when a transaction committed; kept in the database.
struct SegmentCursor {
  std::uint64_t segment = 0;  ///< 0: nothing was ever written.
  std::uint64_t group_offset = 0;  ///< Where the last group's records begin; `offset` when it had none.
  std::uint64_t offset = 0;        ///< Where they end.
  std::uint64_t sequence = 0;      ///< Of the last record.
};

/// Message content on disk: sealed records one after another in files of one size (segment_format.h).
///
/// A file is written full of zeros in the background, ahead of the records, because writing over what is there needs no
/// journal commit of the file system. When no live content is left in a file it is renamed to the next number and used
/// again. Numbers are never used twice, so a location names one record for ever.
///
/// `append` and `sync` belong to the writer, who never runs the two at once; the rest is safe from any thread.
class SegmentLog {
 public:
  static constexpr std::uint64_t kPreparedAheadBytes = 8u << 20;  ///< Of zeros in front of the records.
  static constexpr std::uint64_t kPrepareStepBytes = 1u << 20;  ///< What other syncs may have to wait behind.
  static constexpr int kPreparationNice = 5;
  static constexpr std::uint64_t kPreparationLeavesFreeBytes = 256u << 20;  ///< For the database and its log.
  static constexpr std::uint64_t kSegmentBytesMin = 64u << 10;
  static constexpr std::uint64_t kSegmentBytesMax = 2u << 30;
  static constexpr std::size_t kRunBytesKept = 4u << 20;     ///< Of the writer's buffer between groups.
  static constexpr std::uint64_t kSequenceJump = 1u << 20;   ///< At each open; more than one group has records.
  static constexpr std::size_t kFreeSegmentsMax = 4;    ///< More are removed, so that space comes back.
  static constexpr std::size_t kOpenSegmentsMax = 64;   ///< Files kept open for reading.

  struct Options {
    std::string directory;  ///< Exists.
    std::uint64_t segment_bytes = 256u << 20;
    bool threads = true;  ///< False: the caller runs maintain().
    /// A sync failed: nothing may be acknowledged any more. Any thread.
    std::function<void(const Error&)> on_failed_sync;
  };

  /// Finds where the valid records after `committed` end and goes on behind them. Permanent kUnauthorized: the key is
  /// not the one the files were sealed with.
  static Result<std::unique_ptr<SegmentLog>> open(Disk& disk, Sealer& sealer, Random& random, Options options,
                                                  SegmentCursor committed);
  ~SegmentLog();

  /// Puts a group of contents behind the last record, into the page cache; `locations` gets one for each, and each
  /// counts as live from now on. A group lies in one segment. kTooLarge: it does not fit into one; kDiskFull or
  /// kDiskFailed: nothing counts.
  Result<void> append(std::span<const std::string_view> contents, std::span<std::int64_t> locations);
  /// Makes all that was appended durable. After a failure nothing may be acknowledged.
  Result<void> sync();
  SegmentCursor cursor() const;
  /// The cursor's group ends here: all of it is known to be durable.
  void settle();
  /// Of a group, its headers and padding counted (record_bytes()).
  std::uint64_t group_bytes_max() const;

  /// The content there. kNotFound: its segment has been recycled or removed. kCorrupt: the seal does not hold.
  Result<std::string> read(std::int64_t location);

  /// Counts of live contents as of open(), by segment; until this is called nothing is recycled.
  void set_live_baseline(const std::map<std::uint64_t, std::int64_t>& counts);
  /// One content is no longer needed: its row is durably gone, or was never committed.
  void release(std::int64_t location);

  /// One step of background work; true when there is more to do. Called by the log's own thread, if it has one.
  bool maintain();

  struct Figures {
    std::uint64_t segments;         ///< Files in use.
    std::uint64_t free_segments;    ///< Waiting to be used again.
    std::uint64_t unclaimed_records;  ///< Found behind the committed cursor at open: nobody was told 250 for them.
  };
  Figures figures() const;

 private:
  struct Segment {
    std::uint64_t number = 0;
    std::uint64_t generation = 0;  ///< 0: the header is not readable, or was not read yet.
    std::uint64_t prepared = 0;    ///< Bytes of the file that have been written, with records or zeros.
    std::shared_ptr<File> file;    ///< Shared with readers that are in the middle of a read.
    std::int64_t live = 0;
  };
  struct Place {
    std::int64_t location;
    std::uint64_t sequence;
    std::uint32_t index;
    std::uint32_t count;
  };

  SegmentLog(Disk& disk, Sealer& sealer, Random& random, Options options);
  Result<void> recover(SegmentCursor committed);
  Result<void> check_key();
  Result<void> resume(SegmentCursor committed);
  Result<std::optional<RecordHeader>> unclaimed_record(const Segment& segment);

  void seal_record(std::string_view content, const Place& place);
  Result<void> write_run(std::size_t records);
  Result<std::shared_ptr<File>> file_of(std::uint64_t number, std::uint64_t& generation);
  void close_some();

  Result<void> start_segment();
  Result<std::unique_ptr<Segment>> make_ready();
  Result<std::unique_ptr<Segment>> open_ready(std::uint64_t number, bool recycled);
  void claim_unprepared(std::uint64_t end);
  bool wants_next() const;
  bool has_work();
  void wake_for_work();
  Segment* next_to_prepare(std::uint64_t& target);
  Result<void> prepare_step(std::unique_lock<std::mutex>& lock, Segment& segment, std::uint64_t target);
  Result<void> drop_excess(std::unique_lock<std::mutex>& lock);
  void collect_free();
  void failed_sync(const Error& error);
  void run();
  std::string path_of(std::uint64_t number) const;

  Disk& disk_;
  Sealer& sealer_;
  Random& random_;
  const Options options_;

  mutable std::mutex mutex_;  ///< For what follows; the writer alone changes current_, offset_ and sequence_.
  std::condition_variable wake_;
  std::map<std::uint64_t, Segment> segments_;
  std::unique_ptr<Segment> ready_;  ///< The next one, header and name durable.
  std::set<std::uint64_t> free_;    ///< Numbers of files without live content.
  std::size_t open_segments_ = 0;
  std::uint64_t current_ = 0;
  std::uint64_t group_offset_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t last_number_ = 0;
  std::uint64_t unclaimed_ = 0;
  std::uint64_t preparing_ = 0;  ///< The segment that gets zeros behind its `prepared`: nobody else writes there.
  bool making_ready_ = false;
  bool baseline_known_ = false;
  bool no_room_ = false;  ///< The last preparation met a full disk; the next append tries again.
  bool postponed_ = false;  ///< Said so in the log already.
  bool failed_ = false;   ///< A sync failed: no more background work.
  bool stopping_ = false;

  std::shared_ptr<File> file_;   ///< The writer's: of current_, shared with readers.
  std::uint64_t generation_ = 0; ///< The writer's: of current_.
  std::vector<std::shared_ptr<File>> unsynced_;  ///< The writer's.
  std::vector<char> run_;                        ///< The writer's: records not yet written.
  std::uint64_t run_bytes_ = 0;

  std::unique_ptr<Thread> thread_;
};

}  // namespace postroad::storage
