#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>

#include "base/result.h"

namespace postroad::storage {

/// Whether the store may still accept: shared by everything in it that writes. Safe from any thread.
class Health {
 public:
  explicit Health(std::function<void(const Error&)> on_poisoned) : on_poisoned_(std::move(on_poisoned)) {}

  bool writable() const { return !poisoned_.load(std::memory_order_acquire) && !full_.load(std::memory_order_relaxed); }
  bool poisoned() const { return poisoned_.load(std::memory_order_acquire); }
  bool full() const { return full_.load(std::memory_order_relaxed); }

  /// For good: what was written before a failed sync may be gone although it still reads back.
  void poison(const Error& why);
  /// True when this is news.
  bool set_full(bool full) { return full_.exchange(full, std::memory_order_relaxed) != full; }
  /// What every commit from then on is refused with: kDiskFailed, transient, for a restart can help and no mail may
  /// bounce because our disk failed.
  Error poison_error() const;

 private:
  std::function<void(const Error&)> on_poisoned_;
  std::atomic<bool> poisoned_{false};
  std::atomic<bool> full_{false};
  mutable std::mutex mutex_;
  std::optional<Error> why_;
};

}  // namespace postroad::storage
