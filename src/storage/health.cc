#include "storage/health.h"

#include "base/log.h"

namespace postroad::storage {

void Health::poison(const Error& why) {
  {
    const std::lock_guard lock(mutex_);
    if (why_) return;
    why_ = Error{ErrorCode::kDiskFailed, Permanence::kTransient, why.detail + "; nothing is accepted until restart"};
    poisoned_.store(true, std::memory_order_release);
  }
  log::error("storage.poisoned", {{"detail", why.detail}});
  if (on_poisoned_) on_poisoned_(why);
}

Error Health::poison_error() const {
  const std::lock_guard lock(mutex_);
  return *why_;
}

}  // namespace postroad::storage
