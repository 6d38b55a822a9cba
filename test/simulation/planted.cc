#include "planted.h"

#include <algorithm>

namespace postroad::simulation {
namespace {

namespace asio = storage::asio;

class PlantedFile final : public storage::File {
 public:
  PlantedFile(std::unique_ptr<storage::File> file, Bug bug) : file_(std::move(file)), bug_(bug) {}
  Result<std::size_t> pread(std::span<char> into, std::uint64_t offset) override { return file_->pread(into, offset); }
  Result<void> pwrite(std::span<const std::string_view> parts, std::uint64_t offset) override { return file_->pwrite(parts, offset); }
  Result<void> truncate(std::uint64_t size) override { return file_->truncate(size); }
  Result<std::uint64_t> size() override { return file_->size(); }
  Result<void> sync() override {
    if (bug_ == Bug::kAnswerBeforeSync) return {};
    const Result<void> first = file_->sync();
    if (first || bug_ != Bug::kReusedFailedSync) return first;
    return file_->sync();
  }

 private:
  std::unique_ptr<storage::File> file_;
  const Bug bug_;
};

/// Which steps of a unit write an ending, and which take the recipient's row: by the statements' names.
bool writes_ending(const storage::Unit::Step& step) {
  constexpr std::size_t kEndingColumn = 2;  // of events.append
  if (step.statement->name != "events.append") return false;
  const auto* ending = std::get_if<std::int64_t>(&step.values.at(kEndingColumn));
  return ending != nullptr && *ending == 1;
}

class PlantedStore final : public storage::Store {
 public:
  PlantedStore(storage::Store& store, Bug bug) : store_(store), bug_(bug) {}

  asio::awaitable<Result<WallTime>> commit(storage::Unit unit) override {
    const bool ending = std::ranges::any_of(unit.steps(), writes_ending) && unit.contents().empty();
    if (!ending) co_return co_await store_.commit(std::move(unit));
    storage::Unit first, second;
    for (const storage::Unit::Step& step : unit.steps()) {
      const bool later = writes_ending(step);
      if (!later || bug_ == Bug::kDuplicateEnding) first.add(*step.statement, step.values, step.expected);
      if (later) second.add(*step.statement, step.values, step.expected);
    }
    for (const storage::Unit::Hook& hook : unit.hooks()) first.after_commit(hook);
    for (const std::int64_t location : unit.released()) first.release(location);
    const Result<WallTime> committed = co_await store_.commit(std::move(first));
    if (committed) co_await store_.commit(std::move(second));
    co_return committed;
  }
  asio::awaitable<Result<void>> query(const storage::Statement& statement, std::vector<storage::Value> values, storage::RowReader read) override {
    co_return co_await store_.query(statement, std::move(values), std::move(read));
  }
  Result<void> query_now(const storage::Statement& statement, std::vector<storage::Value> values, storage::RowReader read) override {
    return store_.query_now(statement, std::move(values), std::move(read));
  }
  Result<std::string> read_content(std::int64_t location) override { return store_.read_content(location); }
  bool writable() const override { return store_.writable(); }

 private:
  storage::Store& store_;
  const Bug bug_;
};

}  // namespace

std::optional<Bug> bug_named(std::string_view name) {
  const auto found = std::ranges::find(kBugNames, name);
  if (found == std::end(kBugNames)) return std::nullopt;
  return static_cast<Bug>(found - std::begin(kBugNames) + 1);
}

Result<std::unique_ptr<storage::File>> PlantedDisk::open(const std::string& path, Open how) {
  Result<std::unique_ptr<storage::File>> file = disk_.open(path, how);
  if (!file || bug_ == Bug::kNone) return file;
  return std::make_unique<PlantedFile>(*std::move(file), bug_);
}

Result<void> PlantedDisk::sync_directory(const std::string& path) {
  return bug_ == Bug::kSkippedDirectorySync ? Result<void>{} : disk_.sync_directory(path);
}

std::unique_ptr<storage::Store> planted_store(storage::Store& store, Bug bug) {
  if (bug != Bug::kEndingRecordedAfterRelease && bug != Bug::kDuplicateEnding) return nullptr;
  return std::make_unique<PlantedStore>(store, bug);
}

}  // namespace postroad::simulation
