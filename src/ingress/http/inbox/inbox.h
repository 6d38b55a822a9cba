#pragma once
#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "admission/storage_key.h"
#include "events/journal.h"
#include "ingress/http/inbox/search.h"
#include "ingress/http/inbox/summary.h"
#include "net/loops.h"
#include "net/timers.h"
#include "spool/spool.h"
#include "storage/store.h"

namespace postroad::ingress::http::inbox {

namespace asio = boost::asio;

struct Entry {
  std::shared_ptr<const Summary> summary;  // shared with the cache
  std::shared_ptr<const std::vector<RecipientState>> states;
};

/// What the sandbox's page shows of captured mail: reads of spool and journal, with the costly part remembered. Any loop.
class Inbox {
 public:
  static constexpr std::size_t kRememberedMax = 5000;   ///< messages; older ones are read anew
  static constexpr std::int64_t kReadAtOnce = 100;      ///< messages of one query
  static constexpr std::size_t kLookedAtMax = 5000;     ///< messages a search goes back
  static constexpr std::chrono::milliseconds kLookEvery{100};  ///< for changes
  static constexpr int kWatchersMax = 100;              ///< streams and waits at the same time

  struct Parts {  ///< Borrowed; they outlive it.
    Clock& clock;
    net::Timers& timers;
    net::Executor& executor;
    storage::Store& store;
    const spool::Spool& spool;
    const events::Journal& journal;
  };
  explicit Inbox(const Parts& parts) : parts_(parts) {}

  struct Page {
    std::vector<Entry> entries;  ///< Newest first.
    bool more = false;           ///< There are older ones to look at.
  };
  /// Messages older than `before` (0: from the newest) that match, at most `limit`.
  asio::awaitable<Result<Page>> list(Search search, MessageId before, std::size_t limit);
  asio::awaitable<Result<Entry>> entry_of(spool::Message message, bool ended);

  /// Changes whenever a message comes, goes, or something happens to one: for comparing, nothing else.
  asio::awaitable<Result<std::string>> version();
  /// Returns when version() is no longer `seen`, or at `deadline`; kShuttingDown after stop().
  asio::awaitable<Result<std::string>> changed(std::string seen, Deadline deadline);

  /// Removes from sight; kNotFound. What waits for delivery still gets there.
  asio::awaitable<Result<void>> remove(MessageId id);
  /// All of them; how many.
  asio::awaitable<Result<std::int64_t>> remove_all();

  /// Nobody waits for changes any more.
  void stop() { stopping_ = true; }
  /// A place among the watchers as long as it lives; null when they are too many.
  std::shared_ptr<void> watch();
  const Parts& parts() const { return parts_; }

 private:
  struct Remembered {
    Entry entry;
    bool settled = false;  ///< No recipient waits: its states are final.
    std::list<std::int64_t>::iterator place;
  };
  std::optional<Remembered> find(MessageId id);
  void remember(MessageId id, Entry entry, bool settled);
  asio::awaitable<std::shared_ptr<const Summary>> read_summary(const spool::Message& message);

  const Parts parts_;
  std::atomic<std::int64_t> removals_{0};
  std::atomic<int> watchers_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  ///< Guards the two below, never across an await.
  std::unordered_map<std::int64_t, Remembered> remembered_;
  std::list<std::int64_t> latest_;  ///< Their ids, the latest used first.
};

}  // namespace postroad::ingress::http::inbox
