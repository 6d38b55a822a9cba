// postroad dev: the sandbox.
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/cli.h"
#include "app/commands.h"
#include "app/dev_seed.h"
#include "app/run_server.h"
#include "base/log.h"

extern char** environ;

namespace postroad::app {

std::string dev_data_dir() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') return std::string(data) + "/postroad/dev";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') return std::string(home) + "/.local/share/postroad/dev";
  return "/tmp/postroad-dev";
}

namespace {

/// On a desktop and a terminal alone; whether it was tried.
bool open_page(const std::string& url) {
  const auto is_set = [](const char* name) { return std::getenv(name) != nullptr && *std::getenv(name) != '\0'; };
  if (isatty(STDOUT_FILENO) == 0 || !(is_set("DISPLAY") || is_set("WAYLAND_DISPLAY"))) return false;
  std::string program = "xdg-open", page = url;
  char* const arguments[] = {program.data(), page.data(), nullptr};
  pid_t child = 0;
  return posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments, environ) == 0;
}

void print_sandbox_lines(const Server& server, bool ephemeral, bool opened) {
  const std::string http = server.http_endpoints().front().text();
  const std::string smtp = server.submission_endpoints().front().text();
  fmt::print(
      "postroad {}  development sandbox: nothing leaves this machine\n"
      "  Dashboard   http://{}{}\n"
      "  HTTP API    http://{}/v3       any key works here, e.g.  api:key-dev      TLS answers on the same port\n"
      "  SMTP        {}                any user and password\n"
      "  Data        {}{}\n"
      "  Try it      curl -su api:key-dev {}/v3/acme.test/messages -F from=me@acme.test -F to=you@corp.test -F "
      "subject=Hi -F text=Hello\n",
      POSTROAD_VERSION, http, opened ? "          (opened in your browser; --no-open stops that)" : "", http, smtp, server.options().data_dir,
      ephemeral ? " (removed at the end)" : "  (--ephemeral removes it at the end)", http);
  std::fflush(stdout);
}

}  // namespace

int dev_command(const DevArguments& arguments) {
  log::configure(log::Format::kText, output_style().quiet ? log::Level::kWarn : log::Level::kInfo);
  ServerOptions options;
  options.hostname = "localhost";
  options.capture = true;
  options.sandbox = true;
  options.auth_required = false;
  options.segment_bytes = 16u << 20;
  options.dnssec = false;
  options.messages_max = kCapturedMessagesMax;
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
  const int code = run_server(std::move(options), {}, {}, [&arguments](const Server& server) {
    const std::string url = "http://" + server.http_endpoints().front().text();
    const bool opened = !arguments.no_open && open_page(url);
    if (!output_style().quiet) print_sandbox_lines(server, arguments.ephemeral, opened);
    if (arguments.seed.empty()) return;
    if (const Result<int> seeded = seed_demo(url); !seeded) {
      print_error("--seed: " + seeded.error().detail);
    } else {
      print_done(*seeded == 0 ? "--seed: there is mail already" : fmt::format("--seed: {} messages", *seeded));
    }
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
