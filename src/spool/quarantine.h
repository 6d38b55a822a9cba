#pragma once
#include <string>
#include <vector>

#include "spool/due_listener.h"
#include "storage/store.h"

namespace postroad::spool {

namespace asio = boost::asio;

/// An attempt that was under way when the process ended: a message and a range of its recipients' ids.
struct AttemptRange {
  MessageId message;
  RecipientId first, last;
};

/// Who holds it. Stored as these numbers.
enum class HeldBy : std::uint8_t { kNobody = 0, kCrashes = 1, kOperator = 2 };

/// A recipient that is held, or is to be.
struct HeldRecipient {
  RecipientId id;
  MessageId message;
  DomainId domain;
  std::string message_id;  ///< Of the header, without angle brackets.
  std::string address;
  std::string lane;
  Priority priority = Priority::kBulk;
  int crashes = 0;
  HeldBy by = HeldBy::kNobody;
};

/// How many recipients stand beside the lanes.
struct ApartCount {
  std::int64_t suspects = 0;
  std::int64_t held = 0;
};

/// Recipients that no lane gives out: those under way when the process ended, which are *suspects* until an attempt comes
/// to an end, and those *held*, which nobody tries until an operator lets them go. Both still wait: their rows are there.
class Quarantine {
 public:
  explicit Quarantine(storage::Store& store) : store_(store) {}

  /// Raises the crashes of whatever of the range was due by `now`, still waits and is not held. What is due later has had its
  /// attempt, of which only the end was not noted.
  void charge_crash(storage::Unit& unit, const AttemptRange& range, WallTime now) const;
  /// The same without a crash to its charge.
  void suspect(storage::Unit& unit, const AttemptRange& range, WallTime now) const;
  /// Most crashes first, at most `limit`.
  asio::awaitable<Result<std::vector<DueRecipient>>> suspects(std::int64_t limit) const;
  /// The recipients of every message of which one has been charged with `crashes` or more; at most `limit`.
  asio::awaitable<Result<std::vector<HeldRecipient>>> to_be_held(int crashes, std::int64_t limit) const;
  /// kConflict when it has ended or is held already.
  void hold(storage::Unit& unit, RecipientId id, HeldBy by) const;
  /// In the order of their ids, above `after`.
  asio::awaitable<Result<std::vector<HeldRecipient>>> held(RecipientId after, std::int64_t limit) const;
  /// It waits again as if nothing had been. kConflict when it is not held.
  void let_go(storage::Unit& unit, RecipientId id) const;
  Result<ApartCount> count() const;

 private:
  storage::Store& store_;
};

}  // namespace postroad::spool
