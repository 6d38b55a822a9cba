#pragma once
#include <boost/asio/awaitable.hpp>

#include "base/clock.h"

namespace postroad::net {

namespace asio = boost::asio;

/// The seam for waiting. In the simulation time moves only when nothing else can.
class Timers {
 public:
  virtual ~Timers() = default;
  /// Returns at `until`, or at once when the coroutine is cancelled.
  virtual asio::awaitable<void> sleep_until(MonoTime until) = 0;
};

}  // namespace postroad::net
