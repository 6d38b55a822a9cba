#include "app/core.h"

#include <fmt/format.h>

#include "app/schema.h"
#include "spool/spool_repository.h"
#include "storage/store_reader.h"

namespace postroad::app {
namespace {
constexpr std::size_t kSecretBytes = 32;

/// The rooms over the rows.
Result<void> load(Core& core) {
  core.spool = std::make_unique<spool::Spool>(core.rows(), core.ids);
  core.journal = std::make_unique<events::Journal>(core.rows());
  core.accounts = std::make_unique<account::Accounts>(core.rows(), core.executor, core.ids, core.random);
  RETURN_IF_ERROR(core.accounts->load());
  core.credentials = std::make_unique<account::Credentials>(core.rows(), core.executor, core.clock, core.ids, core.random);
  RETURN_IF_ERROR(core.credentials->load());
  core.lane_rules = std::make_unique<queue::LaneRules>(core.rows());
  return core.lane_rules->load();
}

}  // namespace

Result<std::unique_ptr<Core>> open_core(const World& world, CoreOptions options) {
  auto core = std::make_unique<Core>(world);
  storage::SqliteStore::Options store;
  store.directory = options.data_dir;
  store.segment_bytes = options.segment_bytes;
  store.threads = world.threads;
  store.live_contents = &spool::sql::kLocationList;
  store.on_poisoned = std::move(options.on_poisoned);
  const std::vector<storage::Migration> migrations = all_migrations();
  ASSIGN_OR_RETURN(core->store, storage::SqliteStore::open(core->disk, core->clock, core->random, store, migrations));

  if (world.between) core->between = world.between(*core->store);

  std::int64_t last_id = 0;
  RETURN_IF_ERROR(core->store->query_now(spool::sql::kLastId, {},
                                         [&last_id](const storage::Row& row) { last_id = row.integer(0); }));
  core->ids.continue_after(last_id);
  // What has ended has no row any more, and its ids must not be given again, whatever the clock says now.
  ASSIGN_OR_RETURN(const std::int64_t last_told, events::Journal(core->rows()).last_id_now());
  core->ids.continue_after(last_told);
  RETURN_IF_ERROR(load(*core));
  return core;
}

Result<std::unique_ptr<Core>> open_core_to_read(const World& world, const std::string& data_dir) {
  auto core = std::make_unique<Core>(world);
  ASSIGN_OR_RETURN(core->between, storage::StoreReader::open(core->disk, core->clock, core->random, data_dir));
  RETURN_IF_ERROR(load(*core));
  return core;
}

Result<std::string> load_or_create_secret(Core& core, const std::string& data_dir, const std::string& name) {
  const std::string path = data_dir + "/" + name;
  ASSIGN_OR_RETURN(const bool there, core.disk.exists(path));
  std::string secret(kSecretBytes, '\0');
  if (there) {
    ASSIGN_OR_RETURN(const std::unique_ptr<storage::File> file, core.disk.open(path, storage::Disk::Open::kReadOnly));
    ASSIGN_OR_RETURN(const std::size_t got, file->pread(secret, 0));
    if (got != kSecretBytes) {
      return fail_permanent(ErrorCode::kCorrupt, fmt::format("{} does not hold {} bytes: restore it from a backup", path, kSecretBytes));
    }
    return secret;
  }
  core.random.fill({reinterpret_cast<std::uint8_t*>(secret.data()), secret.size()});
  const std::string draft = path + ".new";
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::File> file, core.disk.open(draft, storage::Disk::Open::kCreate));
  RETURN_IF_ERROR(file->truncate(0));
  RETURN_IF_ERROR(file->pwrite(secret, 0));
  RETURN_IF_ERROR(file->sync());
  RETURN_IF_ERROR(core.disk.rename(draft, path));
  RETURN_IF_ERROR(core.disk.sync_directory(data_dir));
  return secret;
}

}  // namespace postroad::app
