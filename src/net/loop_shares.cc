#include "net/loop_shares.h"

#include "base/assert.h"

namespace postroad::net {

LoopShares::Place LoopShares::take(const boost::asio::io_context& own) {
  PR_ASSERT(!loops_.empty());
  std::size_t chosen = 0;
  for (std::size_t i = 1; i < loops_.size(); ++i) {
    const std::size_t here = served(i), best = served(chosen);
    if (here < best || (here == best && loops_[i] == &own)) chosen = i;
  }
  served_[chosen].fetch_add(1, std::memory_order_relaxed);
  const auto give_back = [self = shared_from_this(), chosen](void*) { self->served_[chosen].fetch_sub(1, std::memory_order_relaxed); };
  return {*loops_[chosen], std::shared_ptr<void>(nullptr, give_back)};
}

}  // namespace postroad::net
