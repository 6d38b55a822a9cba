#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>

#include "storage/segment_log.h"
#include "storage/thread.h"

namespace postroad::storage {

/// Syncs the segments while the writer runs the group's SQL.
class GroupSync {
 public:
  GroupSync(SegmentLog& log, bool threads);
  ~GroupSync();

  /// Begins; nothing may be appended before wait() has returned.
  void start();
  /// The outcome of the last start(); success when there was none.
  Result<void> wait();

 private:
  enum class Phase : std::uint8_t { kIdle, kWanted, kDone };
  void run();

  SegmentLog& log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Phase phase_ = Phase::kIdle;
  bool stopping_ = false;
  Result<void> outcome_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace postroad::storage
