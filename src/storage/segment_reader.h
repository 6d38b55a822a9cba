#pragma once
#include <optional>
#include <string>

#include "storage/disk.h"
#include "storage/sealer.h"
#include "storage/segment_format.h"

namespace postroad::storage {

struct Record {
  RecordHeader header;
  std::string content;
};

/// The record at `at`, opened. `generation` 0: the segment's header could not be read, so any will do. kCorrupt, with
/// the reason, when no valid record is there.
Result<Record> read_record(File& file, Sealer& sealer, Location at, std::uint64_t generation);

/// What the header of the file says, if it can be read and names this segment; 0 otherwise.
Result<std::uint64_t> read_generation(File& file, std::uint64_t number);

/// A header at `offset` whose checksum and location hold, whatever its seal; nullopt when there is none.
Result<std::optional<RecordHeader>> read_record_header(File& file, Location at);

}  // namespace postroad::storage
