#pragma once
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "storage/disk.h"
#include "storage/sealer.h"

namespace postroad::storage {

/// The key in `directory`/spool.key. Made, and durable, when there is none and no content either; kUnauthorized when
/// there are segments but no key, or when the file does not hold 32 bytes.
Result<SealKey> load_or_create_spool_key(Disk& disk, Random& random, const std::string& directory);

/// The key that is there; kUnauthorized when there is none.
Result<SealKey> load_spool_key(Disk& disk, const std::string& directory);

}  // namespace postroad::storage
