#include "storage/segment_reader.h"

#include <fmt/format.h>

namespace postroad::storage {
namespace {

constexpr std::size_t kFirstReadBytes = 16u << 10;     // Most contents come with one read.
constexpr std::uint64_t kContentBytesMax = 2u << 30;   // More than any segment holds.

}  // namespace

Result<Record> read_record(File& file, Sealer& sealer, Location at, std::uint64_t generation) {
  const auto corrupt = [&](std::string_view what) {
    return fail_permanent(ErrorCode::kCorrupt, fmt::format("content at {} offset {}: {}; run `postroad fsck`",
                                                           segment_file_name(at.segment), at.offset, what));
  };
  std::string bytes(kFirstReadBytes, '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file.pread(bytes, at.offset));
  if (got < sizeof(RecordHeader)) return corrupt("the file ends before it");
  const auto header = parse_record_header(bytes);
  if (!header || header->location != at.pack()) return corrupt("no record begins there");
  if (generation != 0 && header->generation != generation) return corrupt("a record of an earlier use of the file");
  if (header->length > kContentBytesMax) return corrupt("longer than a segment");
  const std::size_t total = sizeof(RecordHeader) + header->length;
  if (total > got) {
    ASSIGN_OR_RETURN(const std::uint64_t size, file.size());
    if (at.offset + total > size) return corrupt("the file ends inside it");
  }
  bytes.resize(total);
  if (total > got) {
    ASSIGN_OR_RETURN(const std::size_t more, file.pread(std::span(bytes).subspan(got), at.offset + got));
    if (got + more < total) return corrupt("the file ends inside it");
  }
  const auto sealed = std::span(bytes).subspan(sizeof(RecordHeader));
  if (!sealer.open(header->nonce, header->tag, associated_of(*header), sealed)) return corrupt("its seal does not hold");
  bytes.erase(0, sizeof(RecordHeader));
  return Record{*header, std::move(bytes)};
}

Result<std::uint64_t> read_generation(File& file, std::uint64_t number) {
  std::string bytes(sizeof(SegmentHeader), '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file.pread(bytes, 0));
  const auto header = got == bytes.size() ? parse_segment_header(bytes) : std::nullopt;
  return header && header->number == number ? header->generation : 0;
}

Result<std::optional<RecordHeader>> read_record_header(File& file, Location at) {
  std::string bytes(sizeof(RecordHeader), '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file.pread(bytes, at.offset));
  auto header = got == bytes.size() ? parse_record_header(bytes) : std::nullopt;
  if (header && header->location != at.pack()) header.reset();
  return header;
}

}  // namespace postroad::storage
