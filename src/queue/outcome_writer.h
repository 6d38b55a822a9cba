#pragma once
#include <vector>

#include "base/random.h"
#include "events/journal.h"
#include "queue/clock_watch.h"
#include "queue/courier.h"
#include "queue/retry.h"
#include "spool/spool.h"

namespace postroad::queue {

/// What became of one recipient once the unit is durable.
struct Written {
  spool::Recipient recipient;  ///< With its new due time and attempts when it waits again.
  enum class Fate : std::uint8_t { kEnded, kWaits, kHeld } fate = Fate::kEnded;
};

/// Turns outcomes into rows and events: the only writer of endings.
class OutcomeWriter {
 public:
  OutcomeWriter(Clock& clock, Random& random, const spool::Spool& spool, const events::Journal& journal,
                const RetrySchedule& schedule)
      : clock_(clock), random_(random), spool_(spool), journal_(journal), schedule_(schedule), watch_(clock) {}

  /// Adds to `unit` what each outcome of `job` changes. An outcome is expected for every recipient.
  std::vector<Written> write(storage::Unit& unit, const Job& job, std::vector<Outcome> outcomes) const;

  ClockWatch& clock_watch() const { return watch_; }
  const RetrySchedule& schedule() const { return schedule_; }

 private:
  Written write_one(storage::Unit& unit, const Job& job, spool::Recipient recipient, Outcome& outcome) const;
  void append(storage::Unit& unit, const Job& job, const spool::Recipient& recipient, Outcome& outcome,
              events::EventType type, events::Severity severity, std::string id, std::string body) const;

  Clock& clock_;
  Random& random_;
  const spool::Spool& spool_;
  const events::Journal& journal_;
  const RetrySchedule& schedule_;
  mutable ClockWatch watch_;  ///< Its own lock.
};

}  // namespace postroad::queue
