#pragma once
#include "net/timers.h"

namespace postroad::net {

/// Waits on the calling coroutine's loop. When the coroutine is cancelled, sleep_until ends at once, and so does the
/// coroutine at its next await.
class AsioTimers final : public Timers {
 public:
  asio::awaitable<void> sleep_until(MonoTime until) override;
};

}  // namespace postroad::net
