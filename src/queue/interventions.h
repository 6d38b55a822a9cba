#pragma once
#include <string>
#include <vector>

#include "queue/outcome_writer.h"
#include "queue/queue.h"
#include "spool/quarantine.h"
#include "spool/spool.h"

namespace postroad::queue {

/// What an operator does to mail that waits, with the server running or not. In units of kBatch recipients, so that mail goes on
/// beside it; what has been done stays done when a later unit fails. Between it and a delivery under way the first unit wins.
class Interventions {
 public:
  static constexpr std::int64_t kBatch = 500;

  struct Parts {
    Clock& clock;
    storage::Store& store;
    const spool::Spool& spool;
    Random& random;
    const events::Journal& journal;
    const OutcomeWriter& writer;
    Queue* queue;  ///< Null: the server is not running.
  };
  explicit Interventions(Parts parts) : parts_(parts) {}

  /// Of which recipients: those of a message, else of a lane, else all.
  struct Scope {
    std::string lane;
    MessageId message{};
  };
  /// They are due now; how many were not.
  asio::awaitable<Result<std::int64_t>> retry(Scope scope);
  /// They fail for good, with an event each that says `why`; how many.
  asio::awaitable<Result<std::int64_t>> bounce(Scope scope, std::string why);
  /// Nobody tries them until they are released, with an event each that says `why`; how many. What is under way comes to its end.
  asio::awaitable<Result<std::int64_t>> hold(Scope scope, std::string why);
  /// Those that are held, by whomever, wait again; how many.
  asio::awaitable<Result<std::int64_t>> release(Scope scope);
  /// Recipients that wait and are not held; of a message all of them.
  asio::awaitable<Result<std::int64_t>> count(Scope scope);

 private:
  struct Line {
    std::string lane;
    spool::Priority priority;
  };
  Result<std::vector<Line>> lines_of(const Scope& scope) const;
  asio::awaitable<Result<std::int64_t>> make_due(std::vector<spool::WithdrawnRecipient> recipients, WallTime now);
  asio::awaitable<Result<std::int64_t>> retry_line(Line line, WallTime now);
  asio::awaitable<Result<std::int64_t>> retry_message(MessageId message, WallTime now);
  asio::awaitable<Result<std::int64_t>> bounce_line(Line line, const std::string& why);
  asio::awaitable<Result<std::int64_t>> bounce_message(MessageId message, const std::string& why);
  asio::awaitable<Result<std::int64_t>> hold_some(std::vector<spool::DueRecipient> recipients, const std::string& why);
  asio::awaitable<Result<std::int64_t>> release_some(const std::vector<spool::HeldRecipient>& recipients);
  asio::awaitable<Result<std::int64_t>> end(std::vector<spool::DueRecipient> recipients, const std::string& why);

  Parts parts_;
};

}  // namespace postroad::queue
