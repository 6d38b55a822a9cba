#pragma once
#include <functional>

#include "app/server.h"

namespace postroad::app {

/// Starts a server, calls `announce` once it listens, and runs it until SIGTERM or SIGINT; SIGHUP reads its configuration again.
/// An exit code.
int run_server(ServerOptions options, Configuration configuration, const std::function<void(const Server&)>& announce);

}  // namespace postroad::app
