#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "events/event.h"
#include "spool/message.h"

namespace postroad::queue {

namespace asio = boost::asio;

/// One message for recipients of one destination, all due now.
struct Job {
  spool::MessagePtr message;
  std::string lane;
  std::vector<spool::Recipient> recipients;
};

/// How an attempt ended for one recipient.
struct Outcome {
  enum class Kind : std::uint8_t {
    kDelivered,  ///< The peer answered 2yz to the end of data: it is theirs now.
    kDeferred,   ///< 4yz, no connection, no answer: it will be tried again.
    kBounced,    ///< 5yz, or a fact of DNS that no retry changes: it ends.
    kRejected,   ///< We ourselves refuse what was accepted: its domain has gone or may not send any more.
    kHeld,       ///< Our own content does not verify: stays, untouched, for an operator.
  };
  RecipientId recipient;
  Kind kind = Kind::kDeferred;
  std::string reason = "generic";  ///< A word of contract/events.md §2.4 and §2.5.
  events::DeliveryStatus status;   ///< Without attempt_no and retry_seconds, which the queue knows.
  std::string sending_ip;
  std::string dkim_domain;
  std::string transcript;
  bool attempted = true;  ///< False: ended by an operator, and no attempt was made.
};

/// Carries one message to one destination; `delivery` (SMTP), the sandbox's capture and the simulator implement it.
/// Answers for every recipient before `deadline`, and writes nothing: `queue` does.
class Courier {
 public:
  virtual ~Courier() = default;
  virtual asio::awaitable<std::vector<Outcome>> deliver(Job job, Deadline deadline) = 0;
};

}  // namespace postroad::queue
