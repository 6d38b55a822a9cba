#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/cli.h"
#include "app/commands.h"
#include "app/config_file.h"
#include "app/server.h"
#include "app/settings_table.h"
#include "base/log.h"

extern char** environ;

namespace postroad::app {
namespace {

constexpr long kSignalPollNanoseconds = 100'000'000;

/// Blocks the signals we wait for; before any thread starts, so that all inherit it.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return set;
}

/// Until somebody asks us to stop, or the store failed.
void wait_for_end(const sigset_t& set, const Server& server) {
  const timespec poll{.tv_sec = 0, .tv_nsec = kSignalPollNanoseconds};
  while (!server.poisoned()) {
    const int got = sigtimedwait(&set, nullptr, &poll);
    if (got == SIGTERM || got == SIGINT) return;
    if (got == SIGHUP) log::warn("reload_not_built", {{"next", "restart to read the configuration again"}});
  }
}

void configure_log(const Settings& settings) {
  const std::string& format = settings.text("log.format");
  const bool text = format == "text" || (format == "auto" && isatty(STDERR_FILENO) != 0);
  const std::string& level = settings.text("log.level");
  const log::Level least = level == "debug" ? log::Level::kDebug
                           : level == "warn" ? log::Level::kWarn
                           : level == "error" ? log::Level::kError
                                              : log::Level::kInfo;
  log::configure(text ? log::Format::kText : log::Format::kJson, least);
}

int run(ServerOptions options, const std::function<void(const Server&)>& announce) {
  const sigset_t signals = block_signals();
  Result<std::unique_ptr<Server>> server = Server::start(std::move(options));
  if (!server) {
    print_error(server.error().detail);
    return kExitFailed;
  }
  announce(**server);
  wait_for_end(signals, **server);
  const bool poisoned = (*server)->poisoned();
  log::info("stopping");
  (*server)->stop();
  log::info("stopped");
  // A coroutine that outlived the drain still refers to the rooms, and ends only with the executor: the end of the process
  // takes all at once.
  (void)server->release();
  return poisoned ? kExitFailed : kExitDone;
}

}  // namespace

std::string dev_data_dir() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') return std::string(data) + "/postroad/dev";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') return std::string(home) + "/.local/share/postroad/dev";
  return "/tmp/postroad-dev";
}

namespace {

void print_sandbox_lines(const Server& server, bool ephemeral) {
  const std::string http = server.http_endpoints().front().text();
  const std::string smtp = server.submission_endpoints().front().text();
  fmt::print(
      "postroad {}  development sandbox: nothing leaves this machine\n"
      "  Dashboard   http://{}\n"
      "  HTTP API    http://{}/v3       any key works here, e.g.  api:key-dev      TLS answers on the same port\n"
      "  SMTP        {}                any user and password\n"
      "  Data        {}{}\n"
      "  Try it      curl -su api:key-dev {}/v3/acme.test/messages -F from=me@acme.test -F to=you@corp.test -F "
      "subject=Hi -F text=Hello\n",
      POSTROAD_VERSION, http, http, smtp, server.options().data_dir,
      ephemeral ? " (removed at the end)" : "  (--ephemeral removes it at the end)", http);
  std::fflush(stdout);
}

}  // namespace

Result<Settings> load_settings(const std::string& file) {
  SettingsBuilder builder(settings_table());
  if (!file.empty()) {
    std::ifstream stream(file);
    if (!stream) return fail_permanent(ErrorCode::kNotFound, fmt::format("cannot read {}", file));
    std::stringstream text;
    text << stream.rdbuf();
    RETURN_IF_ERROR(read_config_text(text.str(), file, builder));
  }
  RETURN_IF_ERROR(read_config_environment(environ, builder));
  return builder.take();
}

int serve_command(const ServeArguments& arguments) {
  const Result<Settings> settings = load_settings(arguments.config);
  if (!settings) {
    print_error(settings.error().detail);
    return kExitUsage;
  }
  configure_log(*settings);
  Result<ServerOptions> options = server_options(*settings);
  if (!options) {
    print_error(options.error().detail);
    return kExitUsage;
  }
  if (arguments.check) {
    fmt::print("{}: good\n", arguments.config.empty() ? "defaults" : arguments.config);
    return kExitDone;
  }
  return run(*std::move(options), [](const Server& server) {
    for (const net::Endpoint& at : server.http_endpoints()) log::info("listening", {{"http", at.text()}});
    for (const net::Endpoint& at : server.submission_endpoints()) log::info("listening", {{"submission", at.text()}});
    log::info("started", {{"version", POSTROAD_VERSION}, {"mode", server.options().capture ? "capture" : "live"}});
  });
}

int dev_command(const DevArguments& arguments) {
  log::configure(log::Format::kText, log::Level::kInfo);
  ServerOptions options;
  options.hostname = "localhost";
  options.capture = true;
  options.sandbox = true;
  options.auth_required = false;
  options.segment_bytes = 16u << 20;
  options.dnssec = false;
  options.warp = Warp{arguments.warp};
  options.http_listen = {{"127.0.0.1", static_cast<std::uint16_t>(arguments.http_port)}};
  options.submission_listen = {{"127.0.0.1", static_cast<std::uint16_t>(arguments.smtp_port)}};
  options.public_url = fmt::format("http://127.0.0.1:{}", arguments.http_port);
  options.data_dir = arguments.data_dir.empty() ? dev_data_dir() : arguments.data_dir;
  if (arguments.ephemeral) {
    std::string name = (std::filesystem::temp_directory_path() / "postroad-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      print_error("cannot make a temporary directory");
      return kExitFailed;
    }
    options.data_dir = name;
  }
  const std::string data_dir = options.data_dir;
  const int code = run(std::move(options), [&arguments](const Server& server) {
    print_sandbox_lines(server, arguments.ephemeral);
  });
  if (arguments.ephemeral) {
    std::error_code ignored;  // What cannot be removed from a temporary directory is the system's to clear.
    std::filesystem::remove_all(data_dir, ignored);
  }
  return code;
}

int dev_trust_command(const std::string& data_dir) {
  const std::string directory = data_dir.empty() ? dev_data_dir() : data_dir;
  const std::string authority = directory + "/dev-ca.pem";
  if (!std::filesystem::exists(authority)) {
    print_error(fmt::format("there is no {}", authority));
    print_hint("`postroad dev` makes it at its first start");
    return kExitNotFound;
  }
  fmt::print(
      "# The sandbox's certificate authority; TLS answers on the ports of HTTP and SMTP.\n"
      "export SSL_CERT_FILE={0}          # curl, Python, Ruby, Go: trusts this one alone\n"
      "export CURL_CA_BUNDLE={0}\n"
      "export REQUESTS_CA_BUNDLE={0}\n"
      "export NODE_EXTRA_CA_CERTS={0}\n"
      "export POSTROAD_CA_FILE={0}\n"
      "# for the whole machine (Debian):\n"
      "#   sudo cp {0} /usr/local/share/ca-certificates/postroad-dev.crt && sudo update-ca-certificates\n",
      authority);
  return kExitDone;
}

}  // namespace postroad::app
