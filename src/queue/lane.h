#pragma once
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "queue/courier.h"
#include "spool/due_listener.h"

namespace postroad::queue {

class Destination;

/// One of the two lines of a destination. Holds the recipients due first, at most kWindowMax of them; the rest are on disk.
class Lane {
 public:
  static constexpr std::size_t kWindowMax = 1000;
  static constexpr std::size_t kWindowLow = 200;
  /// Each recipient has a transaction of its own (its return path), and what has been delivered must be on disk before the
  /// next: a kill repeats no more than what was under way.
  static constexpr std::size_t kRecipientsPerJobMax = 1;

  Lane(Destination& destination, spool::Priority priority) : destination_(destination), priority_(priority) {}

  Destination& destination() const { return destination_; }
  spool::Priority priority() const { return priority_; }
  /// Takes the recipient into the window, or leaves it to the disk when the window is full of earlier ones.
  void add(spool::DueRecipient due);
  /// The store holds recipients that the window does not.
  void mark_more_on_disk() { more_on_disk_ = true; }
  /// What the store answered to "the first `asked` of this lane": those already known are skipped.
  void loaded(std::vector<spool::DueRecipient> found, std::size_t asked);
  bool wants_load() const { return more_on_disk_ && !loading_ && window_.size() < kWindowLow; }
  /// How many to ask the store for: a full window beside those it will answer again.
  std::size_t load_size() const { return kWindowMax + in_flight_.size(); }
  void begin_load();
  void load_failed();
  /// What the window holds is out of date: all of it is asked of the store again, an answer under way is not enough.
  void forget_window();

  /// The recipients of one message that are due, first come first, at most `most`; empty when none is.
  std::vector<spool::DueRecipient> take_due(WallTime now, std::size_t most = kRecipientsPerJobMax);
  /// A recipient that is tried without having been given out from here.
  void tried_elsewhere(RecipientId id) { in_flight_.insert(id); }
  bool is_under_way(RecipientId id) const { return in_flight_.contains(id); }
  /// A recipient taken before has ended, or is about to be put back.
  void ended(RecipientId id);
  /// A recipient has ended without having been taken: it is never given out. One in flight stays so.
  void withdraw(RecipientId id);

  bool has_due(WallTime now) const { return !window_.empty() && window_.begin()->recipient.due <= now; }
  /// When the first of the window is due; nullopt when it is empty.
  std::optional<WallTime> next_due() const;
  std::size_t waiting() const { return window_.size(); }
  bool idle() const { return window_.empty() && in_flight_.empty() && !more_on_disk_ && !loading_; }

  enum class Listed : std::uint8_t { kNot, kReady, kApart };
  Listed listed = Listed::kNot;             ///< Turns' own mark.
  std::optional<WallTime> listed_due;       ///< The queue's own mark: in its list of waiting lanes, under this time.

 private:
  void leave_to_disk();
  void end_load();

  struct DueFirst {
    bool operator()(const spool::DueRecipient& a, const spool::DueRecipient& b) const {
      if (a.recipient.due != b.recipient.due) return a.recipient.due < b.recipient.due;
      return a.recipient.id < b.recipient.id;
    }
  };

  Destination& destination_;
  const spool::Priority priority_;
  std::set<spool::DueRecipient, DueFirst> window_;
  std::unordered_set<RecipientId> known_;      ///< Ids in the window.
  std::unordered_set<RecipientId> in_flight_;  ///< Taken, not yet ended or put back.
  bool more_on_disk_ = false;
  bool loading_ = false;
  // What changed between the store's answer and its arrival: that answer is older than these.
  std::unordered_set<RecipientId> ended_while_loading_;
  bool left_while_loading_ = false;
  bool forgotten_while_loading_ = false;
};

}  // namespace postroad::queue
