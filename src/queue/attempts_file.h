#pragma once
#include <memory>
#include <string>
#include <vector>

#include "spool/quarantine.h"
#include "storage/disk.h"

namespace postroad::queue {

/// How an attempt is tried, and so what a crash says of it.
enum class Trial : std::uint32_t {
  kUsual = 1,  ///< Among others.
  kAlone = 2,  ///< A suspect, apart from the lanes: alone, or beside a few of its kind.
  kLate = 3,   ///< A suspect that takes so long that the next one has begun beside it.
};

/// An attempt that a former process left under way.
struct LeftAttempt {
  spool::AttemptRange range;
  Trial trial = Trial::kUsual;
};

/// The attempts under way at this moment, in a file that outlives the process: docs/formats/attempts.md. It is never synced,
/// so it costs no time: what was written is there after the process has died, and after a power cut nothing may be, which
/// charges nobody. Loop 0 only; errors of the disk are reported once and otherwise ignored: mail goes out without it.
class AttemptsFile {
 public:
  /// With room for `attempts_max`. Reads what the former process left; the file keeps it until `clear`.
  /// `boot_id`: another one after every start of the machine; what another says charges nobody, for a power cut leaves any
  /// mixture of old and new.
  static Result<std::unique_ptr<AttemptsFile>> open(storage::Disk& disk, const std::string& path, std::size_t attempts_max,
                                                    std::string boot_id);

  const std::vector<LeftAttempt>& left() const { return left_; }
  /// How often the process was killed with a suspect under way, since one last came to an end.
  std::int64_t kills_in_a_row() const { return kills_in_a_row_; }
  /// Nothing is under way, and nothing was left; `kills_in_a_row` from here on.
  void clear(std::int64_t kills_in_a_row = 0);
  /// The same for good: nothing is written from here on.
  void close();
  /// The place that it is under; to be handed back by `ended`.
  std::size_t began(const spool::AttemptRange& range, Trial trial);
  void changed(std::size_t place, Trial trial);
  void ended(std::size_t place);

 private:
  AttemptsFile(std::unique_ptr<storage::File> file, std::size_t attempts_max, std::string boot_id);
  Result<void> read();
  void write(std::size_t record, std::string_view bytes);
  void write_kills();

  std::unique_ptr<storage::File> file_;
  const std::size_t attempts_max_;
  const std::string boot_id_;
  std::vector<std::size_t> free_;
  struct Place {
    spool::AttemptRange range;
    Trial trial = Trial::kUsual;
  };
  std::vector<Place> places_;
  std::int64_t kills_in_a_row_ = 0;
  std::vector<LeftAttempt> left_;
  bool failed_ = false;
  bool closed_ = false;
};

}  // namespace postroad::queue
