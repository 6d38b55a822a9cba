#pragma once
#include <string>

#include "queue/crash_guard.h"

namespace postroad::app {

/// How the server that last ran over `data_dir` ended, from its file process.now (docs/formats/process.md), which is this
/// process's from here on: a fatal signal is noted in it before the process ends. Once a process. kUnknown where the file
/// cannot be read or written, or is of before the machine's start.
queue::LastEnd take_last_end(const std::string& data_dir, const std::string& boot_id);

}  // namespace postroad::app
