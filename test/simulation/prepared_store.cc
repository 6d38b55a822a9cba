#include "prepared_store.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <map>

#include "app/server.h"
#include "base/assert.h"
#include "network.h"
#include "resolver.h"
#include "storage/testing/fault_disk.h"

namespace postroad::simulation {
namespace {

using Files = std::map<std::string, std::string>;  ///< By path.

Files read_files(storage::Disk& disk) {
  Files files;
  for (const std::string& directory : {std::string(kDataDirectory), std::string(kDataDirectory) + "/spool"}) {
    const auto names = disk.list(directory);
    PR_ASSERT(names.has_value());
    for (const std::string& name : *names) {
      if (name == "lock") continue;
      const std::string path = directory + "/" + name;
      const auto file = disk.open(path, storage::Disk::Open::kReadOnly);
      PR_ASSERT(file.has_value());
      std::string bytes((*file)->size().value(), '\0');
      PR_ASSERT((*file)->pread(bytes, 0).value() == bytes.size());
      files[path] = std::move(bytes);
    }
  }
  return files;
}

Files prepare(const app::ServerOptions& options) {
  SimClock clock;
  SeededRandom random(1);
  Trace trace;
  storage::testing::FaultDisk disk;
  SimLoop loop(clock, random, trace);
  SimNetwork network(loop, clock, random, trace);
  SimResolver resolver(loop, clock, random);
  const app::World world{.clock = clock, .random = random, .disk = disk, .executor = loop, .timers = loop, .network = network,
                         .resolver = &resolver, .threads = false};
  auto server = app::Server::build(options, world);
  PR_ASSERT(server.has_value());
  bool done = false;
  asio::co_spawn(
      loop.server(),
      [&]() -> asio::awaitable<void> {
        const Result<void> made = co_await (*server)->bootstrap();
        if (!made) fmt::print(stderr, "cannot prepare the store: {}\n", made.error().detail);
        PR_ASSERT(made.has_value());
        co_await (*server)->core().store->stop();
        done = true;
      },
      asio::detached);
  PR_ASSERT(loop.run_until([&] { return done; }, clock.mono() + std::chrono::hours(1)));
  loop.kill_server();
  server->reset();
  return read_files(disk);
}

}  // namespace

void put_prepared_store(storage::Disk& disk, const app::ServerOptions& options) {
  static const Files files = prepare(options);
  for (const std::string& directory : {std::string(kDataDirectory), std::string(kDataDirectory) + "/spool"}) {
    PR_ASSERT(disk.create_directory(directory).has_value());
  }
  for (const auto& [path, bytes] : files) {
    const auto file = disk.open(path, storage::Disk::Open::kCreate);
    PR_ASSERT(file.has_value());
    PR_ASSERT((*file)->pwrite(bytes, 0).has_value() && (*file)->sync().has_value());
  }
  for (const std::string& directory : {std::string(kDataDirectory), std::string(kDataDirectory) + "/spool"}) {
    PR_ASSERT(disk.sync_directory(directory).has_value());
  }
}

}  // namespace postroad::simulation
