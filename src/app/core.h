#pragma once
#include <functional>
#include <memory>
#include <string>

#include "account/accounts.h"
#include "account/credentials.h"
#include "base/id_source.h"
#include "base/random.h"
#include "events/journal.h"
#include "net/asio_executor.h"
#include "spool/spool.h"
#include "storage/real_disk.h"
#include "storage/sqlite_store.h"

namespace postroad::app {

/// What stands in the data directory, opened: the part that the server and the offline commands share.
struct Core {
  SystemClock clock;
  SystemRandom random;
  IdSource ids{clock};
  storage::RealDisk disk;
  std::unique_ptr<net::AsioExecutor> executor;
  std::unique_ptr<storage::SqliteStore> store;
  std::unique_ptr<spool::Spool> spool;
  std::unique_ptr<events::Journal> journal;
  std::unique_ptr<account::Accounts> accounts;
  std::unique_ptr<account::Credentials> credentials;
};

struct CoreOptions {
  std::string data_dir;
  std::uint64_t segment_bytes = 256u << 20;
  std::size_t loops = 1;
  std::function<void(const Error&)> on_poisoned;
};

/// Opens the store and loads what is in it; the loops are not running yet. kConflict: another process has it.
Result<std::unique_ptr<Core>> open_core(CoreOptions options);

/// 32 random bytes in `data_dir`/`name`, made at the first start: a secret that must outlive restarts.
Result<std::string> load_or_create_secret(Core& core, const std::string& data_dir, const std::string& name);

}  // namespace postroad::app
