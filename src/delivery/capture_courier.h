#pragma once
#include "queue/courier.h"

namespace postroad::delivery {

namespace asio = boost::asio;

/// The sandbox's courier: nothing leaves this machine. The message stays in the spool, where the inbox shows it.
class CaptureCourier final : public queue::Courier {
 public:
  asio::awaitable<std::vector<queue::Outcome>> deliver(queue::Job job, Deadline deadline) override;
};

}  // namespace postroad::delivery
