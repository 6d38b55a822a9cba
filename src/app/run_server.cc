#include "app/run_server.h"

#include <fmt/format.h>
#include <signal.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <mutex>

#include "app/cli.h"
#include "app/output.h"
#include "base/log.h"

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
void wait_for_end(const sigset_t& set, Server& server) {
  const timespec poll{.tv_sec = 0, .tv_nsec = kSignalPollNanoseconds};
  while (!server.poisoned()) {
    const int got = sigtimedwait(&set, nullptr, &poll);
    if (got == SIGTERM || got == SIGINT) return;
    if (got == SIGHUP) server.hang_up();
  }
}

/// On loop 0, so that silence says that it hangs.
asio::awaitable<void> tell_life(const net::ServiceManager& manager, net::Timers& timers, const Clock& clock) {
  for (;;) {
    manager.alive();
    co_await timers.sleep_until(clock.mono() + manager.alive_every());
  }
}

/// What `systemctl status` shows of a server that runs.
std::string serving(const Server& server) {
  std::string text = fmt::format("serving {}:", server.options().hostname);
  for (const net::Endpoint& at : server.http_endpoints()) text += " http " + at.text();
  for (const net::Endpoint& at : server.submission_endpoints()) text += " submission " + at.text();
  return text;
}

int refuse_start(const net::ServiceManager& manager, const Error& error) {
  manager.failed(error);
  print_error(error.detail);
  if (error.code == ErrorCode::kUnauthorized) {
    print_hint("setcap cap_net_bind_service=+ep on the program, AmbientCapabilities=CAP_NET_BIND_SERVICE in its unit, or a socket unit");
    print_docs("docs/operating/systemd.md");
  } else {
    print_hint("postroad doctor looks for what stands in the way");
  }
  return kExitFailed;
}

}  // namespace

int run_server(ServerOptions options, Configuration configuration, Service service, const std::function<void(const Server&)>& announce) {
  const sigset_t signals = block_signals();
  const net::ServiceManager& manager = service.manager;
  std::mutex telling;  // A reload may be asked for before the start has been told of.
  std::string now_serving;
  configuration.reload_begins = [&manager](MonoTime since) { manager.reloading(since); };
  configuration.reload_ended = [&](const Error* refused) {
    const std::lock_guard lock(telling);
    if (!now_serving.empty()) manager.ready(refused == nullptr ? now_serving : fmt::format("{}; a reload was refused: {}", now_serving, refused->detail));
  };
  manager.status("opening the store");
  Result<std::unique_ptr<Server>> server = Server::start(std::move(options), std::move(configuration), std::move(service.sockets));
  if (!server) return refuse_start(manager, server.error());
  {
    const std::lock_guard lock(telling);
    now_serving = serving(**server);
    manager.ready(now_serving);
  }
  if (manager.alive_every().count() > 0) {
    Core& core = (*server)->core();
    asio::co_spawn(core.executor.loop(0), tell_life(manager, (*server)->timers(), core.clock), asio::detached);
  }
  announce(**server);
  wait_for_end(signals, **server);
  const bool poisoned = (*server)->poisoned();
  manager.stopping(poisoned ? "the store failed; what was answered is on disk" : "finishing what is under way");
  log::info("stopping");
  (*server)->stop();
  log::info("stopped");
  // A coroutine that outlived the drain still refers to the rooms, and ends only with the executor: the end of the process
  // takes all at once.
  (void)server->release();
  return poisoned ? kExitFailed : kExitDone;
}

}  // namespace postroad::app
