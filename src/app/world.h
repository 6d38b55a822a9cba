#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "net/loops.h"
#include "net/network.h"
#include "net/resolver.h"
#include "net/timers.h"
#include "queue/crash_guard.h"
#include "storage/disk.h"
#include "storage/store.h"

namespace postroad::app {

/// Everything foreign that the server is built over, as seams. `Machine` is the real one; the simulation brings its own.
/// What it names outlives the server.
struct World {
  Clock& clock;
  Random& random;
  storage::Disk& disk;
  net::Executor& executor;
  net::Timers& timers;
  net::Network& network;
  net::Resolver* resolver;  ///< Null where nothing is delivered: the command line.
  bool threads = true;      ///< False: no thread is started anywhere; the caller runs the one loop.
  std::string boot_id{};    ///< Another one after every start of the machine; empty: nobody knows.
  /// Unset, or tells how the former server over a data directory ended, and notes from here on how this one does.
  std::function<queue::LastEnd(const std::string& data_dir)> last_end{};
  /// Unset, or puts something between the rooms and the store: the simulation plants bugs there.
  std::function<std::unique_ptr<storage::Store>(storage::Store&)> between{};
};

}  // namespace postroad::app
