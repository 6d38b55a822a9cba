#include "storage/sqlite_locks.h"

#include <sqlite3.h>

#include "base/assert.h"

namespace postroad::storage {

int DatabaseLocks::lock(Holder& holder, int level) {
  const std::lock_guard guard(mutex_);
  if (holder.level >= level) return SQLITE_OK;
  if (level == SQLITE_LOCK_SHARED) {
    if (pending_ != nullptr) return SQLITE_BUSY;
    ++shared_;
    holder.level = level;
    return SQLITE_OK;
  }
  PR_ASSERT(holder.level >= SQLITE_LOCK_SHARED);
  if (reserved_ != nullptr && reserved_ != &holder) return SQLITE_BUSY;
  if (level == SQLITE_LOCK_RESERVED) {
    reserved_ = &holder;
    holder.level = level;
    return SQLITE_OK;
  }
  PR_ASSERT(level == SQLITE_LOCK_EXCLUSIVE);
  if (pending_ != nullptr && pending_ != &holder) return SQLITE_BUSY;
  reserved_ = &holder;
  pending_ = &holder;
  holder.level = SQLITE_LOCK_PENDING;
  if (shared_ > 1) return SQLITE_BUSY;
  holder.level = SQLITE_LOCK_EXCLUSIVE;
  return SQLITE_OK;
}

void DatabaseLocks::unlock(Holder& holder, int level) {
  const std::lock_guard guard(mutex_);
  if (holder.level <= level) return;
  if (reserved_ == &holder) reserved_ = nullptr;
  if (pending_ == &holder) pending_ = nullptr;
  if (level == SQLITE_LOCK_NONE) --shared_;
  holder.level = level;
}

bool DatabaseLocks::reserved() {
  const std::lock_guard guard(mutex_);
  return reserved_ != nullptr;
}

volatile void* DatabaseLocks::map(Holder& holder, int number, int size, bool extend) {
  const std::lock_guard guard(mutex_);
  if (!holder.shared_memory) {
    holder.shared_memory = true;
    ++mapped_;
  }
  const auto index = static_cast<std::size_t>(number);
  if (index >= regions_.size() && !extend) return nullptr;
  while (regions_.size() <= index) regions_.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  return regions_[index].get();
}

void DatabaseLocks::unmap(Holder& holder) {
  const std::lock_guard guard(mutex_);
  if (!holder.shared_memory) return;
  for (int slot = 0; slot < kSlots; ++slot) {
    const auto at = static_cast<std::size_t>(slot);
    if (holder.shared[at]) --slot_shared_[at];
    if (slot_exclusive_[at] == &holder) slot_exclusive_[at] = nullptr;
  }
  holder.shared = {};
  holder.exclusive = {};
  holder.shared_memory = false;
  if (--mapped_ == 0) regions_.clear();
}

int DatabaseLocks::lock_slots(Holder& holder, int first, int count, bool exclusive) {
  const std::lock_guard guard(mutex_);
  const auto begin = static_cast<std::size_t>(first);
  const auto end = begin + static_cast<std::size_t>(count);
  PR_ASSERT(end <= kSlots);
  for (std::size_t slot = begin; slot < end; ++slot) {
    if (slot_exclusive_[slot] != nullptr && slot_exclusive_[slot] != &holder) return SQLITE_BUSY;
    const int others = slot_shared_[slot] - (holder.shared[slot] ? 1 : 0);
    if (exclusive && others > 0) return SQLITE_BUSY;
  }
  for (std::size_t slot = begin; slot < end; ++slot) {
    if (exclusive) {
      slot_exclusive_[slot] = &holder;
      holder.exclusive[slot] = true;
    } else if (!holder.shared[slot]) {
      ++slot_shared_[slot];
      holder.shared[slot] = true;
    }
  }
  return SQLITE_OK;
}

void DatabaseLocks::unlock_slots(Holder& holder, int first, int count) {
  const std::lock_guard guard(mutex_);
  for (int slot = first; slot < first + count; ++slot) {
    const auto at = static_cast<std::size_t>(slot);
    if (holder.exclusive[at]) slot_exclusive_[at] = nullptr;
    if (holder.shared[at]) --slot_shared_[at];
    holder.exclusive[at] = false;
    holder.shared[at] = false;
  }
}

void DatabaseLocks::barrier() { const std::lock_guard guard(mutex_); }

}  // namespace postroad::storage
