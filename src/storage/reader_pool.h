#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/pending_commit.h"
#include "storage/sqlite_connection.h"
#include "storage/store.h"
#include "storage/thread.h"

namespace postroad::storage {

/// A query between Store::query and its answer.
struct PendingQuery : Waiter {
  const Statement* statement = nullptr;
  std::vector<Value> values;
  RowReader read;
  Result<void> outcome;
};

/// Connections that only read, and the threads that run queries for coroutines. Safe from any thread.
class ReaderPool {
 public:
  static constexpr std::size_t kThreads = 2;
  static constexpr std::size_t kConnectionsMax = 8;  ///< Further callers of run_now wait.
  static constexpr std::size_t kWaitingMax = 10'000;

  /// `vfs` as in SqliteConnection::open.
  ReaderPool(std::string path, const char* vfs, bool threads);
  ~ReaderPool();

  /// `query` is answered later, on its executor; kQuotaExceeded, transient, when too many wait.
  void submit(PendingQuery& query);
  Result<void> run_now(const Statement& statement, const std::vector<Value>& values, const RowReader& read);

  /// A connection out of the pool; it goes back with the end of the holder.
  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<SqliteConnection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_ != nullptr) pool_->give_back(std::move(connection_));
    }
    SqliteConnection* operator->() { return connection_.get(); }
    SqliteConnection& operator*() { return *connection_; }

   private:
    ReaderPool* pool_;
    std::unique_ptr<SqliteConnection> connection_;
  };
  Result<Lease> lease();

 private:
  void run();
  void give_back(std::unique_ptr<SqliteConnection> connection);

  const std::string path_;
  const char* const vfs_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<PendingQuery*> waiting_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;
  std::size_t connections_ = 0;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace postroad::storage
