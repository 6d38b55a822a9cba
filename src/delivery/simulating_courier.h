#pragma once
#include <string>

#include "base/warp.h"
#include "delivery/simulator_address.h"
#include "delivery/transcript.h"
#include "delivery/verp.h"
#include "net/timers.h"
#include "queue/courier.h"

namespace postroad::delivery {

namespace asio = boost::asio;

/// Plays the mail servers of simulator addresses and hands every other recipient to the next courier. Its answers go the
/// way of real ones: reply → outcome → event, with a transcript; no content is read and nothing is sent.
class SimulatingCourier final : public queue::Courier {
 public:
  /// Every address there bounces, as its documentation promises, while all domains are simulated.
  static constexpr std::string_view kBounceDomain = "bounce.mailgun.org";

  struct Rules {
    bool all_domains = false;    ///< The sandbox: simulator addresses work at any domain; else only at `own_domain`.
    std::string own_domain;      ///< "sim.<hostname>": there, an address that is none of the simulator's bounces.
    std::string hostname;        ///< As we say EHLO.
    Warp warp;                   ///< For delays.
  };

  SimulatingCourier(const Clock& clock, net::Timers& timers, queue::Courier& next, Rules rules)
      : clock_(clock), timers_(timers), next_(next), rules_(std::move(rules)) {}

  asio::awaitable<std::vector<queue::Outcome>> deliver(queue::Job job, Deadline deadline) override;

 private:
  std::optional<SimulatedFate> fate_of(const spool::Recipient& recipient) const;
  asio::awaitable<queue::Outcome> play(SimulatedFate fate, const spool::Message& message, const spool::Recipient& recipient,
                                       Deadline deadline) const;
  queue::Outcome converse(const SimulatedFate& fate, const spool::Message& message, const spool::Recipient& recipient,
                          Transcript& transcript) const;

  const Clock& clock_;
  net::Timers& timers_;
  queue::Courier& next_;
  const Rules rules_;
};

}  // namespace postroad::delivery
