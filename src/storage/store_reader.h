#pragma once
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "storage/disk.h"
#include "storage/store.h"

namespace postroad::storage {

/// The rows of a store that no server has open, for whoever only looks: takes no lock, waits for none, creates and writes nothing,
/// not even the log that SQLite leaves behind a crash. Beside a process that has the store it may answer what never was (kCorrupt
/// included), so it is for suggestions, never for a decision. Content is not read: kUnsupported, as are commits.
class StoreReader final : public Store {
 public:
  /// kNotFound: there is no store in `directory`; kDiskFailed: its files cannot be read by this user.
  static Result<std::unique_ptr<StoreReader>> open(Disk& disk, Clock& clock, Random& random, const std::string& directory);
  ~StoreReader() override;

  asio::awaitable<Result<WallTime>> commit(Unit unit) override;
  /// On the calling thread.
  asio::awaitable<Result<void>> query(const Statement& statement, std::vector<Value> values, RowReader read) override;
  Result<void> query_now(const Statement& statement, std::vector<Value> values, RowReader read) override;
  Result<std::string> read_content(std::int64_t location) override;
  bool writable() const override { return false; }

 private:
  struct Parts;
  explicit StoreReader(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace postroad::storage
