#pragma once
#include <array>
#include <memory>
#include <mutex>
#include <vector>

namespace postroad::storage {

/// The locks and the shared memory of one database file, for the connections of this process: what SQLite's own VFS
/// keeps in fcntl() locks and a mapped -shm file. Safe from any thread; never waits: SQLite tries again.
class DatabaseLocks {
 public:
  static constexpr int kSlots = 8;  ///< SQLITE_SHM_NLOCK

  /// What one connection holds.
  struct Holder {
    int level = 0;  ///< SQLITE_LOCK_NONE to _EXCLUSIVE
    bool shared_memory = false;
    std::array<bool, kSlots> shared{};
    std::array<bool, kSlots> exclusive{};
  };

  /// SQLITE_OK or SQLITE_BUSY (https://www.sqlite.org/lockingv3.html §3).
  int lock(Holder& holder, int level);
  void unlock(Holder& holder, int level);
  bool reserved();

  /// Region `number` of `size` bytes, zeroed when new; null when it is not there and `extend` is false.
  volatile void* map(Holder& holder, int number, int size, bool extend);
  /// The last one out frees the regions.
  void unmap(Holder& holder);
  int lock_slots(Holder& holder, int first, int count, bool exclusive);
  void unlock_slots(Holder& holder, int first, int count);
  /// Everything written by others before their barrier() is seen after this one.
  void barrier();

 private:
  std::mutex mutex_;
  int shared_ = 0;                   ///< Holders at SHARED or above.
  Holder* reserved_ = nullptr;       ///< At RESERVED or above.
  Holder* pending_ = nullptr;        ///< At PENDING or EXCLUSIVE: lets nobody else begin to read.
  int mapped_ = 0;
  std::vector<std::unique_ptr<char[]>> regions_;
  std::array<int, kSlots> slot_shared_{};
  std::array<Holder*, kSlots> slot_exclusive_{};
};

}  // namespace postroad::storage
