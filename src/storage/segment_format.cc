#include "storage/segment_format.h"

#include <fmt/format.h>

#include <bit>

#include "base/assert.h"
#include "base/text.h"

namespace postroad::storage {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82f63b78U : 0U);
    table[i] = value;
  }
  return table;
}
constexpr auto kTable = make_table();

template <class Header>
std::uint32_t checksum_of(const Header& header) {
  const std::size_t from = offsetof(Header, checksum) + sizeof header.checksum;
  return crc32c({reinterpret_cast<const char*>(&header) + from, sizeof header - from});
}

template <class Header>
std::optional<Header> parse(std::string_view bytes, const decltype(Header::magic)& magic) {
  PR_ASSERT(bytes.size() >= sizeof(Header));
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != magic || header.checksum != checksum_of(header)) return std::nullopt;
  return header;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t value = 0xffffffffU;
  for (const char byte : bytes) value = kTable[(value ^ static_cast<std::uint8_t>(byte)) & 0xffU] ^ (value >> 8);
  return ~value;
}

void finish(SegmentHeader& header) { header.checksum = checksum_of(header); }
void finish(RecordHeader& header) { header.checksum = checksum_of(header); }

std::optional<SegmentHeader> parse_segment_header(std::string_view bytes) {
  auto header = parse<SegmentHeader>(bytes, kSegmentMagic);
  if (header && header->version != kSegmentVersion) return std::nullopt;
  return header;
}

std::optional<RecordHeader> parse_record_header(std::string_view bytes) {
  return parse<RecordHeader>(bytes, kRecordMagic);
}

std::string segment_file_name(std::uint64_t number) { return fmt::format("{:08}.seg", number); }

std::optional<std::uint64_t> segment_number_of(std::string_view file_name) {
  if (!file_name.ends_with(".seg")) return std::nullopt;
  const auto number = parse_int(file_name.substr(0, file_name.size() - 4));
  if (!number || *number <= 0 || static_cast<std::uint64_t>(*number) > kSegmentNumberMax) return std::nullopt;
  if (segment_file_name(static_cast<std::uint64_t>(*number)) != file_name) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

}  // namespace postroad::storage
