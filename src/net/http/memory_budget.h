#pragma once
#include <atomic>
#include <cstdint>
#include <utility>

namespace postroad::net::http {

/// How much memory request bodies may take together, over all loops. Whoever cannot have more answers 503.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}
  bool take(std::uint64_t bytes);
  void give_back(std::uint64_t bytes) { taken_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::uint64_t taken() const { return taken_.load(std::memory_order_relaxed); }

 private:
  const std::uint64_t bytes_max_;
  std::atomic<std::uint64_t> taken_{0};
};

/// A share of a budget, given back at its end. Grows in steps of kStepBytes.
class MemoryLease {
 public:
  static constexpr std::uint64_t kStepBytes = 256 * 1024;

  MemoryLease() = default;
  explicit MemoryLease(MemoryBudget& budget) : budget_(&budget) {}
  MemoryLease(MemoryLease&& other) noexcept { swap(other); }
  MemoryLease& operator=(MemoryLease&& other) noexcept {
    swap(other);
    return *this;
  }
  ~MemoryLease() {
    if (budget_ != nullptr) budget_->give_back(leased_);
  }
  /// False when the budget has no more; what was had before stays.
  bool use(std::uint64_t bytes);

 private:
  void swap(MemoryLease& other) {
    std::swap(budget_, other.budget_);
    std::swap(leased_, other.leased_);
    std::swap(used_, other.used_);
  }

  MemoryBudget* budget_ = nullptr;
  std::uint64_t leased_ = 0;
  std::uint64_t used_ = 0;
};

}  // namespace postroad::net::http
