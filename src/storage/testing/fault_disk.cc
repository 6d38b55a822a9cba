#include "storage/testing/fault_disk.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/assert.h"
#include "storage/real_disk.h"

namespace postroad::storage::testing {
namespace {

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::unexpected<Error> failed(int number, std::string_view what, const std::string& path) {
  return std::unexpected(disk_error(number, what, path));
}

}  // namespace

class FaultFile final : public File {
 public:
  FaultFile(FaultDisk& disk, std::shared_ptr<FaultDisk::Inode> inode, std::string path)
      : disk_(disk), inode_(std::move(inode)), path_(std::move(path)), life_(disk.life_) {}

  Result<std::size_t> pread(std::span<char> into, std::uint64_t offset) override {
    const std::lock_guard guard(disk_.mutex_);
    RETURN_IF_ERROR(alive());
    const std::string& bytes = inode_->current;
    if (offset >= bytes.size()) return 0;
    const std::size_t amount = std::min<std::size_t>(into.size(), bytes.size() - offset);
    std::memcpy(into.data(), bytes.data() + offset, amount);
    return amount;
  }

  Result<void> pwrite(std::span<const std::string_view> parts, std::uint64_t offset) override {
    std::string whole;
    for (const std::string_view part : parts) whole += part;
    const std::lock_guard guard(disk_.mutex_);
    RETURN_IF_ERROR(alive());
    return disk_.write(*inode_, path_, whole, offset);
  }

  Result<void> sync() override {
    const std::lock_guard guard(disk_.mutex_);
    RETURN_IF_ERROR(alive());
    return disk_.sync(*inode_, path_);
  }

  Result<void> truncate(std::uint64_t size) override {
    const std::lock_guard guard(disk_.mutex_);
    RETURN_IF_ERROR(alive());
    return disk_.truncate(*inode_, path_, size);
  }

  Result<std::uint64_t> size() override {
    const std::lock_guard guard(disk_.mutex_);
    RETURN_IF_ERROR(alive());
    return inode_->current.size();
  }

 private:
  Result<void> alive() const {
    if (!disk_.powered_ || life_ != disk_.life_) return failed(EIO, "use", path_);
    return {};
  }

  FaultDisk& disk_;
  std::shared_ptr<FaultDisk::Inode> inode_;  // Shared with the directory, as open files are.
  std::string path_;
  std::uint64_t life_;
};

class FaultDisk::Lock final : public DirectoryLock {
 public:
  Lock(FaultDisk& disk, std::string path) : disk_(disk), path_(std::move(path)), life_(disk.life_) {}
  ~Lock() override {
    const std::lock_guard guard(disk_.mutex_);
    if (life_ == disk_.life_) disk_.locks_.erase(path_);
  }

 private:
  FaultDisk& disk_;
  std::string path_;
  std::uint64_t life_;
};

void FaultDisk::plan(Plan plan) {
  const std::lock_guard guard(mutex_);
  plan_ = std::move(plan);
  calls_ = 0;
  struck_ = false;
}

std::uint64_t FaultDisk::calls() const {
  const std::lock_guard guard(mutex_);
  return calls_;
}

bool FaultDisk::struck() const {
  const std::lock_guard guard(mutex_);
  return struck_;
}

void FaultDisk::pretend_to_sync(std::string ending) {
  const std::lock_guard guard(mutex_);
  pretended_ = std::move(ending);
}

void FaultDisk::cut_power() {
  const std::lock_guard guard(mutex_);
  powered_ = false;
}

void FaultDisk::restart(std::uint64_t seed, unsigned keep) {
  const std::lock_guard guard(mutex_);
  std::mt19937_64 chance(seed);
  for (const Change& change : changes_) {
    if (chance() % 256 >= keep) continue;
    for (const auto& [path, inode] : change.entries) {
      if (inode == nullptr) {
        durable_.erase(path);
      } else {
        durable_[path] = inode;
      }
    }
  }
  changes_.clear();
  for (auto& [path, inode] : durable_) {
    apply_some(*inode, chance, keep);
    inode->current = inode->durable;
  }
  current_ = durable_;
  locks_.clear();
  powered_ = true;
  ++life_;
  plan_ = {};
}

void FaultDisk::set_room(std::optional<std::uint64_t> bytes) {
  const std::lock_guard guard(mutex_);
  room_ = bytes;
}

std::string& FaultDisk::bytes(const std::string& path) {
  const std::lock_guard guard(mutex_);
  return current_.at(path)->current;
}

std::optional<FaultDisk::Fault> FaultDisk::count(Call call) {
  if (!plan_.kinds.contains(call)) return std::nullopt;
  ++calls_;
  if (plan_.at == 0 || calls_ < plan_.at || calls_ >= plan_.at + plan_.times) return std::nullopt;
  struck_ = true;
  if (plan_.fault == Fault::kPowerCut) powered_ = false;
  return plan_.fault;
}

Result<void> FaultDisk::refused(std::optional<Fault> fault, std::string_view what, const std::string& path) {
  if (!fault) return {};
  const bool full = *fault == Fault::kFull || *fault == Fault::kShortWrite;
  return failed(full ? ENOSPC : EIO, what, path);
}

Result<void> FaultDisk::write(Inode& inode, const std::string& path, std::string_view bytes, std::uint64_t offset) {
  const std::optional<Fault> fault = count(Call::kWrite);
  const bool fits = room_for(inode, offset + bytes.size());
  if (fault == Fault::kShortWrite || fault == Fault::kPowerCut) bytes = bytes.substr(0, bytes.size() / 2);
  if (fault == Fault::kIoError || fault == Fault::kFull || !fits) bytes = {};
  if (!bytes.empty()) {
    Operation operation{false, offset, std::string(bytes)};
    apply(inode.current, operation);
    inode.pending.push_back(std::move(operation));
  }
  if (!fits) return failed(ENOSPC, "write", path);
  return refused(fault, "write", path);
}

Result<void> FaultDisk::sync(Inode& inode, const std::string& path) {
  const std::optional<Fault> fault = count(Call::kSync);
  if (fault == Fault::kPowerCut) return refused(fault, "sync", path);  // What is pending is decided by restart().
  if (fault) {
    // Some of it may be on disk; the rest never will be, and nobody is told again.
    apply_some(inode, chance_, 128);
    return refused(fault, "sync", path);
  }
  if (pretends(path)) return {};
  for (const Operation& operation : inode.pending) apply(inode.durable, operation);
  inode.pending.clear();
  return {};
}

Result<void> FaultDisk::truncate(Inode& inode, const std::string& path, std::uint64_t size) {
  RETURN_IF_ERROR(refused(count(Call::kChange), "truncate", path));
  Operation operation{true, size, {}};
  apply(inode.current, operation);
  inode.pending.push_back(std::move(operation));
  return {};
}

void FaultDisk::apply(std::string& image, const Operation& operation) {
  if (operation.truncate) {
    image.resize(operation.offset);
    return;
  }
  image.resize(std::max<std::size_t>(image.size(), operation.offset + operation.bytes.size()));
  image.replace(operation.offset, operation.bytes.size(), operation.bytes);
}

/// Keeps or loses each sector of each pending write; then nothing is pending.
void FaultDisk::apply_some(Inode& inode, std::mt19937_64& chance, unsigned keep) {
  for (const Operation& operation : inode.pending) {
    if (operation.truncate) {
      if (chance() % 256 < keep) apply(inode.durable, operation);
      continue;
    }
    for (std::uint64_t at = 0; at < operation.bytes.size();) {
      const std::uint64_t sector_end = ((operation.offset + at) / kSectorBytes + 1) * kSectorBytes - operation.offset;
      const std::uint64_t end = std::min<std::uint64_t>(operation.bytes.size(), sector_end);
      if (chance() % 256 < keep) apply(inode.durable, {false, operation.offset + at, operation.bytes.substr(at, end - at)});
      at = end;
    }
  }
  inode.pending.clear();
}

bool FaultDisk::room_for(const Inode& inode, std::uint64_t end) {
  if (!room_ || end <= inode.current.size()) return true;
  const std::uint64_t growth = end - inode.current.size();
  if (growth > *room_) return false;
  *room_ -= growth;
  return true;
}

void FaultDisk::change(const std::string& directory, std::vector<Entry> entries) {
  for (const auto& [path, inode] : entries) {
    if (inode == nullptr) {
      current_.erase(path);
    } else {
      current_[path] = inode;
    }
  }
  changes_.push_back({directory, std::move(entries)});
}

Result<std::unique_ptr<File>> FaultDisk::open(const std::string& path, Open how) {
  const std::lock_guard guard(mutex_);
  if (!powered_) return failed(EIO, "open", path);
  auto found = current_.find(path);
  const bool create = how == Open::kCreate || how == Open::kCreateNew;
  if (found != current_.end() && how == Open::kCreateNew) return failed(EEXIST, "open", path);
  if (found == current_.end()) {
    if (!create) return failed(ENOENT, "open", path);
    RETURN_IF_ERROR(refused(count(Call::kChange), "create", path));
    change(directory_of(path), {{path, std::make_shared<Inode>()}});
    found = current_.find(path);
  }
  return std::make_unique<FaultFile>(*this, found->second, path);
}

Result<bool> FaultDisk::exists(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!powered_) return failed(EIO, "stat", path);
  return current_.contains(path);
}

Result<void> FaultDisk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard guard(mutex_);
  if (!powered_) return failed(EIO, "rename", from);
  const auto found = current_.find(from);
  if (found == current_.end()) return failed(ENOENT, "rename", from);
  RETURN_IF_ERROR(refused(count(Call::kChange), "rename", from));
  const auto inode = found->second;
  change(directory_of(from), {{from, nullptr}, {to, inode}});
  return {};
}

Result<void> FaultDisk::unlink(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!powered_) return failed(EIO, "remove", path);
  if (!current_.contains(path)) return failed(ENOENT, "remove", path);
  RETURN_IF_ERROR(refused(count(Call::kChange), "remove", path));
  const auto inode = current_.at(path);
  if (room_) *room_ += inode->current.size();
  change(directory_of(path), {{path, nullptr}});
  return {};
}

Result<void> FaultDisk::sync_directory(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!powered_) return failed(EIO, "sync directory", path);
  const std::optional<Fault> fault = count(Call::kSyncDirectory);
  if (fault == Fault::kPowerCut) return refused(fault, "sync directory", path);
  if (pretends(path)) return {};
  for (const Change& change : changes_) {
    if (change.directory != path || fault) continue;
    for (const auto& [name, inode] : change.entries) {
      if (inode == nullptr) {
        durable_.erase(name);
      } else {
        durable_[name] = inode;
      }
    }
  }
  std::erase_if(changes_, [&](const Change& change) { return change.directory == path; });
  return refused(fault, "sync directory", path);
}

Result<void> FaultDisk::create_directory(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!powered_) return failed(EIO, "create directory", path);
  directories_.insert(path);
  return {};
}

Result<std::vector<std::string>> FaultDisk::list(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!powered_) return failed(EIO, "list", path);
  std::vector<std::string> names;
  for (const auto& [name, inode] : current_) {
    if (directory_of(name) == path) names.push_back(name.substr(path.size() + 1));
  }
  return names;
}

Result<std::uint64_t> FaultDisk::free_bytes(const std::string&) {
  const std::lock_guard guard(mutex_);
  return room_.value_or(1ULL << 40);
}

Result<std::unique_ptr<DirectoryLock>> FaultDisk::lock(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!powered_) return failed(EIO, "lock", path);
  if (!locks_.insert(path).second) return fail_permanent(ErrorCode::kConflict, path + " is held by process 1");
  return std::make_unique<Lock>(*this, path);
}

}  // namespace postroad::storage::testing
