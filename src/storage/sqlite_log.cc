#include "storage/sqlite_log.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "storage/segment_format.h"

namespace postroad::storage {
namespace {

constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::uint32_t kMagic = 0x377f0682;  // The lowest bit: checksums over big-endian words.
constexpr std::uint32_t kPageBytesMin = 512;
constexpr std::uint32_t kPageBytesMax = 65'536;

std::uint32_t big_endian(const char* at) {
  std::array<std::uint8_t, 4> b;
  std::memcpy(b.data(), at, b.size());
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

struct Checksum {
  bool big;
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  void add(std::string_view bytes) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word(bytes.data() + at) + second;
      second += word(bytes.data() + at + 4) + first;
    }
  }
  std::uint32_t word(const char* at) const {
    const std::uint32_t value = big_endian(at);
    return big ? value : __builtin_bswap32(value);
  }
  bool matches(const char* at) const { return big_endian(at) == first && big_endian(at + 4) == second; }
};

}  // namespace

Result<SqliteLogEnd> find_log_end(File& log) {
  SqliteLogEnd end;
  std::string header(kHeaderBytes, '\0');
  ASSIGN_OR_RETURN(const std::size_t got, log.pread(header, 0));
  if (got < kHeaderBytes || (big_endian(header.data()) & ~1U) != kMagic) return end;
  const std::uint32_t page_bytes = big_endian(header.data() + 8);
  if (page_bytes < kPageBytesMin || page_bytes > kPageBytesMax) return end;
  Checksum checksum{(big_endian(header.data()) & 1U) != 0};
  checksum.add(std::string_view(header).substr(0, 24));
  if (!checksum.matches(header.data() + 24)) return end;

  std::string frame(kFrameHeaderBytes + page_bytes, '\0');
  for (std::uint64_t offset = kHeaderBytes;; offset += frame.size()) {
    ASSIGN_OR_RETURN(const std::size_t read, log.pread(frame, offset));
    if (read < frame.size()) return end;
    if (std::memcmp(frame.data() + 8, header.data() + 16, 8) != 0) return end;  // Salts of an earlier use.
    checksum.add(std::string_view(frame).substr(0, 8));
    checksum.add(std::string_view(frame).substr(kFrameHeaderBytes));
    if (!checksum.matches(frame.data() + 16) || big_endian(frame.data()) == 0) return end;
    if (big_endian(frame.data() + 4) == 0) continue;  // Not the last frame of its transaction.
    end.previous_commit = end.last_commit;
    end.last_commit = offset + frame.size();
  }
}

Result<bool> drop_last_transaction(Disk& disk, const std::string& log_path, const std::string& copy_directory) {
  ASSIGN_OR_RETURN(const bool exists, disk.exists(log_path));
  if (!exists) return false;
  ASSIGN_OR_RETURN(const auto log, disk.open(log_path, Disk::Open::kExisting));
  ASSIGN_OR_RETURN(const SqliteLogEnd end, find_log_end(*log));
  if (end.last_commit == 0) return false;

  std::string bytes(end.last_commit - end.previous_commit, '\0');
  ASSIGN_OR_RETURN(const std::size_t got, log->pread(bytes, end.previous_commit));
  RETURN_IF_ERROR(disk.create_directory(copy_directory));
  const std::string name = fmt::format("transaction-{:08x}-{}.bin", crc32c(bytes), end.previous_commit);
  ASSIGN_OR_RETURN(const auto copy, disk.open(copy_directory + "/" + name, Disk::Open::kCreate));
  RETURN_IF_ERROR(copy->pwrite(std::string_view(bytes).substr(0, got), 0));
  RETURN_IF_ERROR(copy->sync());
  RETURN_IF_ERROR(disk.sync_directory(copy_directory));

  RETURN_IF_ERROR(log->truncate(end.previous_commit));
  RETURN_IF_ERROR(log->sync());
  return true;
}

}  // namespace postroad::storage
