#include "app/run_server.h"

#include <signal.h>

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

}  // namespace

int run_server(ServerOptions options, Configuration configuration, const std::function<void(const Server&)>& announce) {
  const sigset_t signals = block_signals();
  Result<std::unique_ptr<Server>> server = Server::start(std::move(options), std::move(configuration));
  if (!server) {
    print_error(server.error().detail);
    print_hint("postroad doctor looks for what stands in the way");
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

}  // namespace postroad::app
