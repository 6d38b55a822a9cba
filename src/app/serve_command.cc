// postroad serve: the server, with its configuration.
#include <fmt/format.h>

#include "app/cli.h"
#include "app/commands.h"
#include "app/run_server.h"
#include "base/log.h"

namespace postroad::app {

int serve_command(const ServeArguments& arguments) {
  const UnknownName unknown = arguments.lenient ? UnknownName::kWarns : UnknownName::kFails;
  Result<Settings> settings = load_settings(arguments.config, unknown);
  if (!settings) return refuse_settings(settings.error());
  configure_log(*settings);
  Result<ServerOptions> options = server_options(*settings);
  if (!options) return refuse_settings(options.error());
  if (arguments.check) return config_check_command({.file = arguments.config, .lenient = arguments.lenient});
  Configuration configuration{.running = *std::move(settings), .read = [file = arguments.config, unknown] { return load_settings(file, unknown); }};
  return run_server(*std::move(options), std::move(configuration), [](const Server& server) {
    for (const net::Endpoint& at : server.http_endpoints()) log::info("listening", {{"http", at.text()}});
    for (const net::Endpoint& at : server.submission_endpoints()) log::info("listening", {{"submission", at.text()}});
    log::info("started", {{"version", POSTROAD_VERSION}, {"mode", server.options().capture ? "capture" : "live"}});
  });
}

}  // namespace postroad::app
