#include "base/thread_turn.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace postroad {
namespace {

constexpr std::size_t kNameMax = 15;

/// struct sched_attr of sched_setattr(2), in its first form; the kernel's header for it cannot be included beside the library's.
struct Attributes {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime, deadline, period;  ///< Nanoseconds; of an ordinary thread `runtime` is its turn.
};
static_assert(sizeof(Attributes) == 48);

void ask_for_short_turns() {
  Attributes attributes{};
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  attributes.flags = 0;
  attributes.runtime = static_cast<std::uint64_t>(kShortTurn.count());
  (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace

void begin_thread(const std::string& name, int nice) {
  pthread_setname_np(pthread_self(), name.substr(0, kNameMax).c_str());
  if (nice > 0) {
    (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice);
  } else {
    ask_for_short_turns();
  }
}

}  // namespace postroad
