#pragma once
#include "base/clock.h"
#include "base/random.h"
#include "net/loops.h"
#include "net/network.h"
#include "net/resolver.h"
#include "net/timers.h"
#include "storage/disk.h"

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
};

}  // namespace postroad::app
