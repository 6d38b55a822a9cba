#include "storage/reader_pool.h"

namespace postroad::storage {

ReaderPool::ReaderPool(std::string path, const char* vfs, bool threads) : path_(std::move(path)), vfs_(vfs) {
  for (std::size_t i = 0; threads && i < kThreads; ++i) {
    threads_.push_back(std::make_unique<Thread>("sql-reader", [this] { run(); }));
  }
}

ReaderPool::~ReaderPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  threads_.clear();
}

void ReaderPool::submit(PendingQuery& query) {
  if (!threads_.empty()) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < kWaitingMax) {
      waiting_.push_back(&query);
      changed_.notify_one();
      return;
    }
    query.outcome = fail_transient(ErrorCode::kQuotaExceeded, "storage: too many queries wait");
  } else {
    query.outcome = run_now(*query.statement, query.values, query.read);
  }
  ResumeBatch batch;
  batch.add(query);
  batch.post();
}

Result<void> ReaderPool::run_now(const Statement& statement, const std::vector<Value>& values, const RowReader& read) {
  ASSIGN_OR_RETURN(Lease connection, lease());
  RETURN_IF_ERROR(connection->run(statement, values, {}, &read));
  return {};
}

Result<ReaderPool::Lease> ReaderPool::lease() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !idle_.empty() || connections_ < kConnectionsMax; });
    if (!idle_.empty()) {
      Lease lease(*this, std::move(idle_.back()));
      idle_.pop_back();
      return lease;
    }
    ++connections_;
  }
  auto opened = SqliteConnection::open(path_, SqliteConnection::Use::kReader, vfs_);
  if (!opened) {
    const std::lock_guard lock(mutex_);
    --connections_;
    changed_.notify_all();
    return std::unexpected(std::move(opened).error());
  }
  return Lease(*this, *std::move(opened));
}

void ReaderPool::give_back(std::unique_ptr<SqliteConnection> connection) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
  changed_.notify_all();
}

void ReaderPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    PendingQuery* const query = waiting_.front();
    waiting_.pop_front();
    lock.unlock();
    query->outcome = run_now(*query->statement, query->values, query->read);
    ResumeBatch batch;
    batch.add(*query);
    batch.post();
    lock.lock();
  }
}

}  // namespace postroad::storage
