#include "storage/store_reader.h"

#include "storage/sqlite_connection.h"
#include "storage/sqlite_vfs.h"

namespace postroad::storage {
namespace {

std::unexpected<Error> only_read(const std::string& path) {
  return fail_permanent(ErrorCode::kUnsupported, path + " is only read");
}

/// What SQLite wants to create and is not there.
class NoFile final : public File {
 public:
  explicit NoFile(std::string path) : path_(std::move(path)) {}
  Result<std::size_t> pread(std::span<char>, std::uint64_t) override { return 0; }
  Result<void> pwrite(std::span<const std::string_view>, std::uint64_t) override { return only_read(path_); }
  Result<void> sync() override { return only_read(path_); }
  Result<void> truncate(std::uint64_t) override { return only_read(path_); }
  Result<std::uint64_t> size() override { return 0; }

 private:
  const std::string path_;
};

/// A disk on which nothing changes.
class DiskToRead final : public Disk {
 public:
  explicit DiskToRead(Disk& disk) : disk_(disk) {}

  Result<std::unique_ptr<File>> open(const std::string& path, Open how) override {
    Result<std::unique_ptr<File>> file = disk_.open(path, Open::kReadOnly);
    const bool missing = !file && file.error().code == ErrorCode::kNotFound;
    if (missing && how == Open::kCreate) return std::make_unique<NoFile>(path);
    return file;
  }
  Result<bool> exists(const std::string& path) override { return disk_.exists(path); }
  Result<void> rename(const std::string& from, const std::string&) override { return only_read(from); }
  Result<void> unlink(const std::string& path) override { return only_read(path); }
  Result<void> sync_directory(const std::string&) override { return {}; }  // Behind the creation of a file that is not made.
  Result<void> create_directory(const std::string& path) override { return only_read(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return disk_.list(path); }
  Result<std::uint64_t> free_bytes(const std::string& path) override { return disk_.free_bytes(path); }
  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override { return only_read(path); }

 private:
  Disk& disk_;
};

}  // namespace

/// In the order in which they are built; destroyed the other way round.
struct StoreReader::Parts {
  Parts(Disk& real, Clock& clock, Random& random) : disk(real), vfs(disk, clock, random, nullptr) {}
  DiskToRead disk;
  SqliteVfs vfs;
  std::unique_ptr<SqliteConnection> connection;
};

Result<std::unique_ptr<StoreReader>> StoreReader::open(Disk& disk, Clock& clock, Random& random, const std::string& directory) {
  const std::string path = directory + "/postroad.db";
  ASSIGN_OR_RETURN(const bool there, disk.exists(path));
  if (!there) return fail_permanent(ErrorCode::kNotFound, directory + " holds no store");
  auto parts = std::make_unique<Parts>(disk, clock, random);
  ASSIGN_OR_RETURN(parts->connection, SqliteConnection::open(path, SqliteConnection::Use::kReader, parts->vfs.name()));
  return std::unique_ptr<StoreReader>(new StoreReader(std::move(parts)));
}

StoreReader::StoreReader(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
StoreReader::~StoreReader() = default;

asio::awaitable<Result<WallTime>> StoreReader::commit(Unit) { co_return only_read("the store"); }

asio::awaitable<Result<void>> StoreReader::query(const Statement& statement, std::vector<Value> values, RowReader read) {
  co_return query_now(statement, std::move(values), std::move(read));
}

Result<void> StoreReader::query_now(const Statement& statement, std::vector<Value> values, RowReader read) {
  RETURN_IF_ERROR(parts_->connection->run(statement, values, {}, &read));
  return {};
}

Result<std::string> StoreReader::read_content(std::int64_t) { return only_read("the store"); }

}  // namespace postroad::storage
