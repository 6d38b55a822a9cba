#pragma once
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "base/id_source.h"
#include "events/event.h"
#include "storage/store.h"

namespace postroad::events {

namespace asio = boost::asio;

/// An event as the journal holds it.
struct StoredEvent {
  std::int64_t sequence = 0;  ///< Its place in the journal; rises with every commit.
  WallTime time{};
  EventType type{};
  std::string address;
  std::string body;        ///< Without "timestamp".
  std::string transcript;  ///< Only from `of_message`.
  std::int64_t message = 0;
  DomainId domain{};  ///< Only from `read_now`.
};

/// A part of the journal, by sequence.
struct Range {
  std::int64_t above = 0;          ///< Exclusive.
  std::int64_t up_to = INT64_MAX;  ///< Inclusive.
  bool empty() const { return above >= up_to; }
};

/// What the store says of all recipients together: accepted = ended + waiting, or there is a difference to explain.
struct Audit {
  std::int64_t accepted = 0;           ///< Recipients with an `accepted` event.
  std::int64_t ended = 0;              ///< … that have exactly one ending.
  std::int64_t waiting = 0;            ///< … that have no ending and a row in the queue.
  std::int64_t ended_twice = 0;        ///< … that have more than one ending.
  std::int64_t lost = 0;               ///< … with neither an ending nor a row.
  std::int64_t ended_and_waiting = 0;  ///< … with both.
  bool balanced() const {
    return ended_twice == 0 && lost == 0 && ended_and_waiting == 0 && accepted == ended + waiting;
  }
};

/// The append-only record that every change of state writes into, in the same unit. Nothing edits it; its oldest events go
/// when their retention is over.
class Journal {
 public:
  explicit Journal(storage::Store& store) : store_(store) {}

  /// Adds the event to `unit`; it is written when the unit is.
  void append(storage::Unit& unit, Event event) const;
  /// How many were appended by this process, committed or not: when it has not changed, nothing is on its way. Any thread.
  std::int64_t appended() const { return appended_.load(std::memory_order_relaxed); }

  /// Events of all domains, internal ones too, from either end of `range`; at most `limit`. On the calling thread.
  Result<std::vector<StoredEvent>> read_now(Range range, bool ascending, int limit) const;
  /// Of the newest event; 0 when there is none. On the calling thread.
  Result<std::int64_t> last_sequence_now() const;
  /// When the event at `sequence` was committed; nullopt when it is not there. On the calling thread.
  Result<std::optional<WallTime>> time_at_now(std::int64_t sequence) const;
  /// Everything of one message, oldest first, with transcripts.
  asio::awaitable<Result<std::vector<StoredEvent>>> of_message(MessageId message) const;
  /// To whom a message was accepted, in order.
  asio::awaitable<Result<std::vector<std::string>>> recipients_of(MessageId message) const;
  /// The newest events over all domains, newest first; `contains` narrows to bodies with that text. At most `limit`.
  asio::awaitable<Result<std::vector<StoredEvent>>> newest(int limit, std::string contains) const;
  /// Reads the whole journal and queue: for the command line.
  asio::awaitable<Result<Audit>> audit() const;

  static constexpr int kForgottenMax = 1000;  ///< Events in one call of `forget`.
  /// Removes the oldest events above `after`: those before `cutoff`, up to `up_to` at most, but no event of a recipient that
  /// still waits, so that the audit misses nobody. Answers how far it came; `after` itself when there is nothing left to do.
  asio::awaitable<Result<std::int64_t>> forget(WallTime cutoff, std::int64_t after, std::int64_t up_to) const;

 private:
  storage::Store& store_;
  mutable std::atomic<std::int64_t> appended_{0};
};

}  // namespace postroad::events
