#pragma once
#include "net/timers.h"
#include "queue/outcome_writer.h"
#include "storage/store.h"

namespace postroad::queue {

namespace asio = boost::asio;

/// Makes outcomes durable. Any loop.
class OutcomeCommit {
 public:
  static constexpr std::chrono::milliseconds kCommitRetry{500};  ///< Between tries to write outcomes to a full disk.

  OutcomeCommit(Clock& clock, net::Timers& timers, storage::Store& store, const OutcomeWriter& writer)
      : clock_(clock), timers_(timers), store_(store), writer_(writer) {}

  /// Returns once they are on disk, or never will be.
  asio::awaitable<std::vector<Written>> write(Job job, std::vector<Outcome> outcomes) const;

 private:
  asio::awaitable<std::vector<Written>> write_one_by_one(Job job, std::vector<Outcome> outcomes) const;

  Clock& clock_;
  net::Timers& timers_;
  storage::Store& store_;
  const OutcomeWriter& writer_;
};

}  // namespace postroad::queue
