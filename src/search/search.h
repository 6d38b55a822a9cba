#pragma once
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>

#include "net/loops.h"
#include "net/timers.h"
#include "search/index.h"

namespace postroad::search {

namespace asio = boost::asio;

/// The searchable log for coroutines: searches run on the pool "search", upkeep on "index".
class Search {
 public:
  static constexpr std::chrono::milliseconds kRound{500};      ///< Between looks at a journal that grows.
  static constexpr std::chrono::milliseconds kIdleRound{8000};  ///< … and at most at one that does not.
  static constexpr std::chrono::minutes kForgetRound{10};

  struct Parts {  ///< Borrowed; they outlive it.
    Clock& clock;
    net::Executor& executor;
    net::Timers& timers;
    storage::Disk& disk;
    const events::Journal& journal;
  };
  struct Options {
    std::string directory;
    std::chrono::seconds retention = std::chrono::days{30};  ///< Older events are neither found nor kept.
  };
  Search(const Parts& parts, Options options);

  /// Once, before anything else; on the calling thread.
  Result<void> open() { return index_.open(oldest()); }
  /// Keeps the index until stop(): to be spawned on one loop.
  asio::awaitable<void> keep();
  void stop() { stopping_ = true; }

  /// Every event committed before the call that matches and is within the retention. As Index::find.
  asio::awaitable<Result<std::vector<EventRow>>> find(Query query, std::shared_ptr<const Condition> condition);
  asio::awaitable<Result<std::int64_t>> count(Query query, std::shared_ptr<const Condition> condition);
  /// Wall microseconds: events before are gone.
  std::int64_t oldest() const;

  Index& index() { return index_; }
  /// One round of upkeep, on the calling thread.
  void tidy();
  /// Removes what is older than the retention, from journal and index.
  asio::awaitable<Result<void>> forget();

 private:
  Parts parts_;
  const Options options_;
  Index index_;
  std::atomic<bool> stopping_{false};
};

}  // namespace postroad::search
