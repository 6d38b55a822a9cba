#include "storage/group_sync.h"

#include "base/assert.h"

namespace postroad::storage {

GroupSync::GroupSync(SegmentLog& log, bool threads) : log_(log) {
  if (threads) thread_ = std::make_unique<Thread>("segment-sync", [this] { run(); });
}

GroupSync::~GroupSync() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.reset();
}

void GroupSync::start() {
  std::unique_lock lock(mutex_);
  PR_ASSERT(phase_ == Phase::kIdle);
  phase_ = Phase::kWanted;
  lock.unlock();
  changed_.notify_all();
}

Result<void> GroupSync::wait() {
  std::unique_lock lock(mutex_);
  if (phase_ == Phase::kIdle) return {};
  if (thread_ == nullptr) {
    phase_ = Phase::kIdle;
    return log_.sync();  // As late as may be: a test then sees who does not wait.
  }
  changed_.wait(lock, [this] { return phase_ == Phase::kDone; });
  phase_ = Phase::kIdle;
  return std::exchange(outcome_, {});
}

void GroupSync::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || phase_ == Phase::kWanted; });
    if (phase_ != Phase::kWanted) return;
    lock.unlock();
    Result<void> outcome = log_.sync();
    lock.lock();
    outcome_ = std::move(outcome);
    phase_ = Phase::kDone;
    changed_.notify_all();
  }
}

}  // namespace postroad::storage
