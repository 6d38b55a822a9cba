#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "storage/sealer.h"

namespace postroad::storage {

/// The bytes of spool/NNNNNNNN.seg; docs/formats/segment.md describes them. Little-endian, as every machine we build
/// for.
inline constexpr std::array<char, 8> kSegmentMagic{'P', 'R', 'S', 'E', 'G', '0', '1', '\n'};
inline constexpr std::array<char, 4> kRecordMagic{'P', 'R', 'R', 'c'};
inline constexpr std::uint32_t kSegmentVersion = 1;
inline constexpr std::uint64_t kSegmentHeaderBytes = 4096;  ///< Reserved at the start; the first record follows.
inline constexpr std::uint64_t kRecordAlignment = 8;

struct SegmentHeader {
  std::array<char, 8> magic;
  std::uint32_t checksum;  ///< CRC-32C of all that follows in this struct.
  std::uint32_t version;
  std::uint64_t number;      ///< As in the file's name: a recycled file whose name is new and header old is not ready.
  std::uint64_t generation;  ///< Random, new at each use of the file; every record of this use repeats it.
  SealNonce nonce;
  SealTag tag;  ///< Over no bytes, with `version`, `number` and `generation` associated: proves the key.
  std::uint32_t reserved;
};
static_assert(sizeof(SegmentHeader) == 64);

struct RecordHeader {
  std::array<char, 4> magic;
  std::uint32_t checksum;    ///< CRC-32C of all that follows in this struct.
  std::uint64_t generation;  ///< The segment's.
  std::uint64_t sequence;    ///< Rises from record to record, through all segments.
  std::int64_t location;     ///< Where it was put; see Location.
  std::uint32_t length;      ///< Of the content; that many sealed bytes follow, then zeros up to kRecordAlignment.
  std::uint32_t group_count; ///< Records written together, before one sync.
  std::uint32_t group_index; ///< This one's place among them, from 0.
  SealNonce nonce;
  SealTag tag;  ///< AES-256-GCM over the content, with everything from `generation` to `group_index` associated.
};
static_assert(sizeof(RecordHeader) == 72);

/// The part of a record header that its tag covers besides the content.
inline std::string_view associated_of(const RecordHeader& header) {
  return {reinterpret_cast<const char*>(&header) + offsetof(RecordHeader, generation),
          offsetof(RecordHeader, nonce) - offsetof(RecordHeader, generation)};
}
inline std::string_view associated_of(const SegmentHeader& header) {
  return {reinterpret_cast<const char*>(&header) + offsetof(SegmentHeader, version),
          offsetof(SegmentHeader, nonce) - offsetof(SegmentHeader, version)};
}

inline constexpr std::uint64_t record_bytes(std::uint64_t content_bytes) {
  return (sizeof(RecordHeader) + content_bytes + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment;
}

/// Where a content lies, packed for a row: segment number << 32 | offset in the file. In SQL, `location >> 32` is the
/// segment.
struct Location {
  std::uint64_t segment;
  std::uint32_t offset;

  static Location unpack(std::int64_t packed) {
    return {static_cast<std::uint64_t>(packed) >> 32, static_cast<std::uint32_t>(packed)};
  }
  std::int64_t pack() const { return static_cast<std::int64_t>(segment << 32 | offset); }
};
inline constexpr std::uint64_t kSegmentNumberMax = 0x7fff'ffff;

/// CRC-32C (Castagnoli, RFC 3720 §B.4), for headers only: content is covered by its seal.
std::uint32_t crc32c(std::string_view bytes);

/// Sets the checksum, the last thing done to a header.
void finish(SegmentHeader& header);
void finish(RecordHeader& header);
/// nullopt when magic, version or checksum are not right. `bytes` must hold a whole header.
std::optional<SegmentHeader> parse_segment_header(std::string_view bytes);
std::optional<RecordHeader> parse_record_header(std::string_view bytes);

/// "00000012.seg"; and back, nullopt for any other name.
std::string segment_file_name(std::uint64_t number);
std::optional<std::uint64_t> segment_number_of(std::string_view file_name);

}  // namespace postroad::storage
