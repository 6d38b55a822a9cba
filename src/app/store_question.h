#pragma once
#include <string>

#include "app/commands.h"
#include "app/control.h"
#include "app/control_socket.h"

namespace postroad::app {

/// Where a command's store is: as named, else the configuration's, else the sandbox's when only that is there. kNotFound:
/// there is none; kInvalidArgument: the configuration is bad.
Result<std::string> find_store(const StoreArguments& arguments);

/// Asks whoever has the store: the running server, which gets `wait` for its answer, or this process after opening it. Blocks.
Result<std::string> ask_store(const std::string& data_dir, const std::string& call, const Control::Parameters& parameters,
                              std::chrono::milliseconds wait = kControlAnswerMax);

/// The same for who only looks and would rather know nothing than wait: asks the running server or, where none answers at control.sock,
/// reads the rows as storage::StoreReader says. `call` is one that neither searches the log nor changes anything.
Result<std::string> glance_at_store(const std::string& data_dir, const std::string& call, const Control::Parameters& parameters,
                                    std::chrono::milliseconds wait);

}  // namespace postroad::app
