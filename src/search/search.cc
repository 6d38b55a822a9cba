#include "search/search.h"

#include "base/log.h"

namespace postroad::search {
namespace {

constexpr int kCaughtUpMax = 2000;  ///< At once: searches wait so long.

}  // namespace

Search::Search(const Parts& parts, Options options)
    : parts_(parts), options_(std::move(options)), index_(parts.clock, parts.disk, parts.journal, {.directory = options_.directory}) {}

std::int64_t Search::oldest() const {
  return (parts_.clock.wall() - options_.retention).time_since_epoch().count();
}

asio::awaitable<Result<std::vector<EventRow>>> Search::find(Query query, std::shared_ptr<const Condition> condition) {
  query.begin = std::max(query.begin, oldest());
  Result<std::vector<EventRow>> found;
  std::function<void()> work = [&] { found = index_.find(query, *condition); };
  co_await parts_.executor.run_blocking("search", std::move(work));
  co_return found;
}

asio::awaitable<Result<std::int64_t>> Search::count(Query query, std::shared_ptr<const Condition> condition) {
  query.begin = std::max(query.begin, oldest());
  Result<std::int64_t> counted;
  std::function<void()> work = [&] { counted = index_.count(query, *condition); };
  co_await parts_.executor.run_blocking("search", std::move(work));
  co_return counted;
}

/// What is appended may be committed a moment later, so that a journal that has just stood still is looked at once more.
asio::awaitable<void> Search::keep() {
  Deadline next_forget = parts_.clock.mono();
  std::int64_t seen = -1;
  std::chrono::milliseconds round = kRound;
  while (!stopping_) {
    const std::int64_t appended = parts_.journal.appended();
    const bool forgets = parts_.clock.mono() >= next_forget;
    const bool grows = appended != seen;
    if (grows || forgets || round == kRound) {
      std::function<void()> work = [this] { tidy(); };
      co_await parts_.executor.run_blocking("index", std::move(work));
    }
    round = grows ? kRound : std::min(kIdleRound, 2 * round);
    seen = appended;
    if (forgets) {
      next_forget = parts_.clock.mono() + kForgetRound;
      const Result<void> forgotten = co_await forget();
      if (!forgotten) log::error("retention_failed", {{"error", forgotten.error().detail}});
    }
    co_await parts_.timers.sleep_until(parts_.clock.mono() + round);
  }
}

void Search::tidy() {
  for (bool more = true; more && !stopping_;) {
    const Result<bool> caught_up = index_.catch_up(kCaughtUpMax);
    const Result<bool> tidied = caught_up ? index_.tidy() : std::unexpected(caught_up.error());
    if (!tidied) {
      log::error("search.upkeep_failed", {{"error", tidied.error().detail}, {"next", "searches read the journal; trying again"}});
      return;
    }
    more = !*caught_up || *tidied;
  }
}

asio::awaitable<Result<void>> Search::forget() {
  const std::int64_t cutoff = oldest();
  for (std::int64_t reached = 0; !stopping_;) {
    const WallTime before{std::chrono::microseconds{cutoff}};
    Result<std::int64_t> next = co_await parts_.journal.forget(before, reached, index_.indexed_up_to());
    if (!next) co_return std::unexpected(std::move(next).error());
    if (*next == reached) break;
    reached = *next;
  }
  Result<void> done;
  std::function<void()> work = [&] { done = index_.forget_before(cutoff); };
  co_await parts_.executor.run_blocking("index", std::move(work));
  co_return done;
}

}  // namespace postroad::search
