#pragma once
#include <functional>
#include <memory>
#include <string>

#include "account/accounts.h"
#include "account/credentials.h"
#include "app/world.h"
#include "base/id_source.h"
#include "events/journal.h"
#include "queue/lane_rules.h"
#include "spool/spool.h"
#include "storage/sqlite_store.h"

namespace postroad::app {

/// What stands in the data directory, opened: the part that the server and the offline commands share.
struct Core {
  explicit Core(const World& world)
      : clock(world.clock), random(world.random), disk(world.disk), executor(world.executor), ids(world.clock) {}

  Clock& clock;
  Random& random;
  storage::Disk& disk;
  net::Executor& executor;
  IdSource ids;
  std::unique_ptr<storage::SqliteStore> store;
  std::unique_ptr<storage::Store> between;  ///< See World::between; or what only reads.
  storage::Store& rows() { return between ? *between : *store; }
  std::unique_ptr<spool::Spool> spool;
  std::unique_ptr<events::Journal> journal;
  std::unique_ptr<account::Accounts> accounts;
  std::unique_ptr<account::Credentials> credentials;
  std::unique_ptr<queue::LaneRules> lane_rules;
};

struct CoreOptions {
  std::string data_dir;
  std::uint64_t segment_bytes = 256u << 20;
  std::function<void(const Error&)> on_poisoned;
};

/// Opens the store and loads what is in it; the loops are not running yet. kConflict: another process has it.
Result<std::unique_ptr<Core>> open_core(const World& world, CoreOptions options);

/// What stands there, to be looked at: as storage::StoreReader says, and kNotFound, too. `store` is null.
Result<std::unique_ptr<Core>> open_core_to_read(const World& world, const std::string& data_dir);

/// 32 random bytes in `data_dir`/`name`, made at the first start: a secret that must outlive restarts.
Result<std::string> load_or_create_secret(Core& core, const std::string& data_dir, const std::string& name);

}  // namespace postroad::app
