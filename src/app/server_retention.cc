// What a running server lets go of.
#include "app/server.h"
#include "base/log.h"

namespace postroad::app {

/// Ended messages that were accepted before are released: too old, or not among as many as are kept.
asio::awaitable<Result<WallTime>> Server::kept_since() {
  const WallTime by_age = core_->clock.wall() - options_.keep_messages;
  if (options_.messages_max == 0) co_return by_age;
  CO_ASSIGN_OR_RETURN(const std::optional<WallTime> by_number, co_await core_->spool->time_of_newest(options_.messages_max));
  co_return std::max(by_age, by_number.value_or(by_age));
}

asio::awaitable<Result<void>> Server::release_once() {
  CO_ASSIGN_OR_RETURN(const WallTime since, co_await kept_since());
  spool::ReleaseRound round{.before = since};
  std::int64_t released = 0;
  while (!round.done && !stopping_) {
    CO_ASSIGN_OR_RETURN(const std::int64_t some, co_await core_->spool->release_ended(round));
    released += some;
  }
  if (released > 0) log::info("messages_released", {{"count", released}});
  co_return co_await idempotent_calls_->forget_expired();
}

asio::awaitable<void> Server::release_ended_messages() {
  while (!stopping_) {
    co_await timers_.sleep_until(core_->clock.mono() + (options_.messages_max == 0 ? kRetentionRound : kCaptureRound));
    const Result<void> done = co_await release_once();
    if (!done) log::error("retention_failed", {{"error", done.error().detail}});
  }
}

}  // namespace postroad::app
