#include "delivery/capture_courier.h"

namespace postroad::delivery {

asio::awaitable<std::vector<queue::Outcome>> CaptureCourier::deliver(queue::Job job, Deadline) {
  std::vector<queue::Outcome> outcomes;
  for (const spool::Recipient& recipient : job.recipients) {
    queue::Outcome outcome;
    outcome.recipient = recipient.id;
    outcome.kind = queue::Outcome::Kind::kDelivered;
    outcome.status.code = 250;
    outcome.status.message = "captured by the sandbox";
    outcome.status.enhanced_code = "2.0.0";
    outcome.status.mx_host = "sandbox";
    outcome.status.tls = false;
    outcome.transcript = "* captured: nothing leaves this machine\n";
    outcomes.push_back(std::move(outcome));
  }
  co_return outcomes;
}

}  // namespace postroad::delivery
