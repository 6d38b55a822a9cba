#pragma once
#include <chrono>
#include <string>

namespace postroad {

/// The turn on a CPU that a thread asks for which somebody waits for: from Linux 6.12 on whoever asks for less is let in as soon
/// as it wakes, while one that works through something long has another turn to wait for.
inline constexpr std::chrono::nanoseconds kShortTurn{100'000};

/// What the calling thread is called (15 characters, shown by top and gdb) and how it takes turns. `nice` above 0: it gives way to
/// whoever answers (setpriority(2)); 0: it answers, in short turns (sched_setattr(2)). What the system refuses stays as usual.
void begin_thread(const std::string& name, int nice);

}  // namespace postroad
