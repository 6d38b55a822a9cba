#pragma once
#include <memory>
#include <string>
#include <vector>

#include "queue/courier.h"
#include "storage/disk.h"

namespace postroad::queue {

/// A delivery that a former process had seen the peer take, and had not written down for good.
struct TakenDelivery {
  MessageId message;
  RecipientId recipient;
  Outcome outcome;
};

/// Deliveries that the peer has taken, noted between its answer and the commit of the outcome, in a file that outlives the
/// process: docs/formats/taken.md. Without it a kill in that moment repeats them. Never synced, as AttemptsFile is not, and
/// read only where the machine has not started anew since: then all that was written is there. Errors of the disk are told
/// once and otherwise ignored: a delivery is repeated, as it would be without the file.
class TakenFile {
 public:
  static constexpr std::size_t kPlaceBytes = 512;
  static constexpr std::size_t kTextBytesMax = kPlaceBytes - 24;

  /// With `places_max` places. `boot_id`: empty when nobody knows, then nothing is read.
  static Result<std::unique_ptr<TakenFile>> open(storage::Disk& disk, const std::string& path, std::size_t places_max,
                                                 std::string boot_id);

  /// What a former process left; some of it may be written down already, whose rows are gone then.
  const std::vector<TakenDelivery>& left() const { return left_; }
  /// All of it is written down.
  void clear();
  /// The same for good: nothing is noted from here on.
  void close();
  /// Any loop; no two at once for one place. Nothing but a delivery is noted, and one whose host names do not fit is not.
  void note(std::size_t place, MessageId message, const Outcome& outcome);

 private:
  TakenFile(std::unique_ptr<storage::File> file, std::string boot_id) : file_(std::move(file)), boot_id_(std::move(boot_id)) {}
  Result<void> read(std::size_t places_max);

  std::unique_ptr<storage::File> file_;
  const std::string boot_id_;
  std::vector<TakenDelivery> left_;
  std::atomic<bool> failed_{false};
  std::atomic<bool> closed_{false};
};

}  // namespace postroad::queue
