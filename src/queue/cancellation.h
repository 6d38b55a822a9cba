#pragma once
#include "base/random.h"
#include "events/journal.h"
#include "spool/spool.h"

namespace postroad::queue {

namespace asio = boost::asio;

/// Takes back what has not been delivered. A recipient that is being delivered at this moment ends once: here or there,
/// whichever is written first; the other's unit is refused.
class Cancellation {
 public:
  static constexpr std::int64_t kBatch = 500;  ///< recipients a unit

  Cancellation(Clock& clock, Random& random, storage::Store& store, const spool::Spool& spool,
               const events::Journal& journal)
      : clock_(clock), random_(random), store_(store), spool_(spool), journal_(journal) {}

  /// Ends every recipient of the domain's mail that waits, with a `canceled` event each; how many they were. Those that
  /// arrive meanwhile may be among them.
  asio::awaitable<Result<std::int64_t>> cancel_all(DomainId domain);

 private:
  asio::awaitable<Result<std::int64_t>> cancel(DomainId domain, std::vector<spool::WaitingRecipient> recipients);

  Clock& clock_;
  Random& random_;
  storage::Store& store_;
  const spool::Spool& spool_;
  const events::Journal& journal_;
};

}  // namespace postroad::queue
