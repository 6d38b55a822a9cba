#include "storage/real_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace postroad::storage {
namespace {

constexpr std::size_t kPartsPerCallMax = 64;  // Well under IOV_MAX.

std::unexpected<Error> failed(std::string_view what, std::string_view path) {
  return std::unexpected(disk_error(errno, what, path));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  bool valid() const { return number_ >= 0; }

 private:
  int number_;
};

int open_retrying(const char* path, int flags, mode_t mode = 0) {
  int number = -1;
  do {
    number = ::open(path, flags | O_CLOEXEC, mode);
  } while (number < 0 && errno == EINTR);
  return number;
}

class RealFile final : public File {
 public:
  RealFile(Descriptor descriptor, std::string path) : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Result<std::size_t> pread(std::span<char> into, std::uint64_t offset) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got =
          ::pread(descriptor_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("read", path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Result<void> pwrite(std::span<const std::string_view> parts, std::uint64_t offset) override {
    for (std::size_t first = 0; first < parts.size(); first += kPartsPerCallMax) {
      const auto some = parts.subspan(first, std::min(kPartsPerCallMax, parts.size() - first));
      RETURN_IF_ERROR(write_some(some, offset));
      for (const std::string_view part : some) offset += part.size();
    }
    return {};
  }

  Result<void> sync() override {
    int outcome = 0;
    do {
      outcome = ::fdatasync(descriptor_.get());
    } while (outcome != 0 && errno == EINTR);
    if (outcome != 0) return failed("sync", path_);
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    if (::ftruncate(descriptor_.get(), static_cast<off_t>(size)) != 0) return failed("truncate", path_);
    return {};
  }

  Result<std::uint64_t> size() override {
    struct stat facts{};
    if (::fstat(descriptor_.get(), &facts) != 0) return failed("stat", path_);
    return static_cast<std::uint64_t>(facts.st_size);
  }

 private:
  Result<void> write_some(std::span<const std::string_view> parts, std::uint64_t offset) {
    iovec vector[kPartsPerCallMax];
    int count = 0;
    for (const std::string_view part : parts) {
      if (!part.empty()) vector[count++] = {const_cast<char*>(part.data()), part.size()};
    }
    for (iovec* at = vector; count > 0;) {
      const ssize_t put = ::pwritev(descriptor_.get(), at, count, static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return failed("write", path_);
      offset += static_cast<std::uint64_t>(put);
      auto left = static_cast<std::size_t>(put);
      while (count > 0 && left >= at->iov_len) {
        left -= at->iov_len;
        ++at;
        --count;
      }
      if (count > 0) *at = {static_cast<char*>(at->iov_base) + left, at->iov_len - left};
    }
    return {};
  }

  Descriptor descriptor_;
  std::string path_;
};

class RealLock final : public DirectoryLock {
 public:
  explicit RealLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;  // flock() ends with it, however the process ends.
};

}  // namespace

Error disk_error(int number, std::string_view what, std::string_view path) {
  std::string detail = fmt::format("{} {}: {}", what, path, std::strerror(number));
  switch (number) {
    case ENOSPC:
    case EDQUOT: return {ErrorCode::kDiskFull, Permanence::kTransient, std::move(detail)};
    case ENOENT: return {ErrorCode::kNotFound, Permanence::kPermanent, std::move(detail)};
    case EEXIST: return {ErrorCode::kConflict, Permanence::kPermanent, std::move(detail)};
    default: return {ErrorCode::kDiskFailed, Permanence::kPermanent, std::move(detail)};
  }
}

Result<std::unique_ptr<File>> RealDisk::open(const std::string& path, Open how) {
  int flags = how == Open::kReadOnly ? O_RDONLY : O_RDWR;
  if (how == Open::kCreate) flags |= O_CREAT;
  if (how == Open::kCreateNew) flags |= O_CREAT | O_EXCL;
  Descriptor descriptor(open_retrying(path.c_str(), flags, 0600));
  if (!descriptor.valid()) return failed("open", path);
  return std::make_unique<RealFile>(std::move(descriptor), path);
}

Result<bool> RealDisk::exists(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) == 0) return true;
  if (errno == ENOENT) return false;
  return failed("stat", path);
}

Result<void> RealDisk::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failed("rename", from);
  return {};
}

Result<void> RealDisk::unlink(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return failed("remove", path);
  return {};
}

Result<void> RealDisk::sync_directory(const std::string& path) {
  const Descriptor descriptor(open_retrying(path.c_str(), O_RDONLY | O_DIRECTORY));
  if (!descriptor.valid()) return failed("open directory", path);
  if (::fsync(descriptor.get()) != 0) return failed("sync directory", path);
  return {};
}

Result<void> RealDisk::create_directory(const std::string& path) {
  for (std::size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
    const std::string prefix = path.substr(0, at);
    if (::mkdir(prefix.c_str(), 0700) == 0) {
      const std::size_t slash = prefix.rfind('/');
      RETURN_IF_ERROR(sync_directory(slash == std::string::npos ? "." : slash == 0 ? "/" : prefix.substr(0, slash)));
    } else if (errno != EEXIST) {
      return failed("create directory", prefix);
    }
    if (at == std::string::npos) return {};
  }
}

Result<std::vector<std::string>> RealDisk::list(const std::string& path) {
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) return failed("list", path);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(directory)) {
    struct stat facts{};
    if (::fstatat(::dirfd(directory), entry->d_name, &facts, 0) == 0 && S_ISREG(facts.st_mode)) {
      names.emplace_back(entry->d_name);
    }
    errno = 0;
  }
  const int number = errno;
  ::closedir(directory);
  if (number != 0) return std::unexpected(disk_error(number, "list", path));
  std::ranges::sort(names);
  return names;
}

Result<std::uint64_t> RealDisk::free_bytes(const std::string& path) {
  struct statvfs facts{};
  if (::statvfs(path.c_str(), &facts) != 0) return failed("free space of", path);
  return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
}

Result<std::unique_ptr<DirectoryLock>> RealDisk::lock(const std::string& path) {
  Descriptor descriptor(open_retrying(path.c_str(), O_RDWR | O_CREAT, 0600));
  if (!descriptor.valid()) return failed("open", path);
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed("lock", path);
    char holder[32] = {};
    const ssize_t got = ::pread(descriptor.get(), holder, sizeof holder - 1, 0);
    const std::string_view pid = got > 0 ? trim(std::string_view(holder, static_cast<std::size_t>(got))) : "unknown";
    return fail_permanent(ErrorCode::kConflict,
                          fmt::format("{} is held by process {}: one store serves one process; stop that one first",
                                      path, pid));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(descriptor.get(), 0) != 0) return failed("truncate", path);
  if (::pwrite(descriptor.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return failed("write", path);
  }
  return std::make_unique<RealLock>(std::move(descriptor));
}

}  // namespace postroad::storage
