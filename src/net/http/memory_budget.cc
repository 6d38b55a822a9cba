#include "net/http/memory_budget.h"

namespace postroad::net::http {

bool MemoryBudget::take(std::uint64_t bytes) {
  if (taken_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= bytes_max_) return true;
  give_back(bytes);
  return false;
}

bool MemoryLease::use(std::uint64_t bytes) {
  used_ += bytes;
  if (used_ <= leased_ || budget_ == nullptr) return true;
  const std::uint64_t more = (used_ - leased_ + kStepBytes - 1) / kStepBytes * kStepBytes;
  if (!budget_->take(more)) return false;
  leased_ += more;
  return true;
}

}  // namespace postroad::net::http
