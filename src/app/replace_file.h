#pragma once
#include <string>

#include "base/result.h"

namespace postroad::app {

/// The file at `path` (no link) with this text instead, in one step: a reader, a crash and a full disk leave the old file or the new one.
/// Owner and mode stay. kUnauthorized, kDiskFull, kDiskFailed: it is as it was.
Result<void> replace_file(const std::string& path, const std::string& text);

}  // namespace postroad::app
