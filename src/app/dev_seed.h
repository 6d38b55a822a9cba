#pragma once
#include <string>

#include "base/result.h"

namespace postroad::app {

/// Sends a dozen messages of every fate to the sandbox at `url`, by its API, unless it has mail already. The number that was sent.
/// Blocks; not on a loop of the server.
Result<int> seed_demo(const std::string& url);

}  // namespace postroad::app
