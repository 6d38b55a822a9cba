#pragma once
#include <functional>

#include "app/server.h"
#include "app/service_environment.h"

namespace postroad::app {

/// Starts a server, calls `announce` once it listens, and runs it until SIGTERM or SIGINT; SIGHUP reads its configuration again. The
/// service manager is told of each, and as long as loop 0 turns, that it does. An exit code.
int run_server(ServerOptions options, Configuration configuration, Service service, const std::function<void(const Server&)>& announce);

}  // namespace postroad::app
