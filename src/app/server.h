#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "admission/admission.h"
#include "app/configuration.h"
#include "app/control_socket.h"
#include "app/core.h"
#include "app/machine.h"
#include "app/sandbox_console.h"
#include "app/server_options.h"
#include "app/submission_policy.h"
#include "delivery/smtp_courier.h"
#include "ingress/http/api.h"
#include "ingress/smtp/server.h"
#include "net/tls.h"
#include "queue/outcome_writer.h"
#include "queue/queue.h"
#include "search/search.h"

namespace postroad::app {

/// The running server: every room, wired. Built on the main thread, in the order mail flows backwards: what is told
/// exists before who tells it.
class Server {
 public:
  static constexpr std::chrono::seconds kDrainMax{30};  ///< from SIGTERM to the end, at most
  static constexpr std::chrono::seconds kSessionsDrainMax{5};  ///< of that, for HTTP; an SMTP transaction may take all of it
  static constexpr std::chrono::seconds kRetentionRound{60};
  static constexpr std::chrono::seconds kCaptureRound{5};  ///< The same where captured mail has a most.

  /// On this machine: opens the store and all listeners; errors are sentences for whoever starts us.
  /// `handed` are the sockets behind `options.replaced`.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Configuration configuration = {},
                                               std::vector<net::HandedSocket> handed = {});
  ~Server();

  /// The same in steps, over a world whose loops the caller runs: build, then bootstrap on loop 0, then begin; drain on
  /// loop 0 ends it.
  static Result<std::unique_ptr<Server>> build(ServerOptions options, const World& world);
  /// [bootstrap]: once, when the store is empty.
  asio::awaitable<Result<void>> bootstrap();
  /// Listens and delivers from here on.
  Result<void> begin();
  /// Who takes mail in stops first, then who carries it out, the store last. At most kDrainMax.
  asio::awaitable<void> drain();

  /// Drains and ends the machine's threads.
  void stop();
  /// Reads the configuration again: all of what a running server can take is applied, or nothing; the log and the answer (JSON)
  /// say what changed and what waits for a start. On loop 0. kNotFound: there is none; kInvalidArgument: it is bad.
  Result<std::string> reload();
  /// SIGHUP, on the main thread: reload(), told in the log alone.
  void hang_up();
  /// Non-zero after a failed sync: the process must end, and what it cannot know is not answered for.
  bool poisoned() const { return poisoned_.load(); }

  Core& core() { return *core_; }
  search::Search& search() { return *search_; }
  const ServerOptions& options() const { return options_; }
  net::Timers& timers() { return timers_; }
  std::vector<net::Endpoint> http_endpoints() const;
  std::vector<net::Endpoint> submission_endpoints() const;

 private:
  Server(ServerOptions options, const World& world)
      : options_(std::move(options)), world_(world), timers_(world.timers), network_(world.network) {}
  Result<void> open();
  Result<void> make_tls();
  Result<void> make_couriers();
  Result<void> make_search();
  Result<void> listen_http();
  Result<void> listen_submission();
  Result<void> listen_control();
  asio::awaitable<void> release_ended_messages();
  asio::awaitable<Result<void>> release_once();
  asio::awaitable<Result<WallTime>> kept_since();
  struct Reloaded {
    Settings settings;
    ServerOptions options;
    std::vector<SettingChange> changes;
  };
  Result<Reloaded> read_again();
  Result<std::string> take_configuration();
  Result<void> apply(const Reloaded& reloaded);
  asio::awaitable<Result<std::string>> reload_on_its_loop();

  ServerOptions options_;
  Configuration configuration_;
  std::atomic<bool> poisoned_{false};
  std::atomic<bool> stopping_{false};
  bool begun_ = false;

  std::unique_ptr<Machine> machine_;  ///< Of start(); first in, last out.
  const World world_;
  net::Timers& timers_;
  net::Network& network_;
  std::unique_ptr<Core> core_;
  std::unique_ptr<net::ServerTls> server_tls_;
  std::unique_ptr<net::ClientTls> client_tls_;
  std::unique_ptr<delivery::TargetFinder> targets_;
  std::unique_ptr<delivery::Signer> signer_;
  std::unique_ptr<delivery::Verp> verp_;
  std::unique_ptr<delivery::SmtpCourier> smtp_courier_;
  std::unique_ptr<queue::Courier> capture_courier_;
  std::unique_ptr<queue::Courier> simulating_courier_;
  std::unique_ptr<queue::OutcomeWriter> writer_;
  std::unique_ptr<queue::CrashGuard> guard_;
  std::unique_ptr<queue::TakenFile> taken_;
  std::unique_ptr<queue::Queue> queue_;
  std::unique_ptr<SandboxConsole> console_;
  std::unique_ptr<admission::Admission> admission_;
  std::unique_ptr<admission::IdempotentCalls> idempotent_calls_;
  std::unique_ptr<queue::Cancellation> cancellation_;
  std::unique_ptr<search::Search> search_;
  std::unique_ptr<ingress::smtp::Policy> submission_policy_;
  std::unique_ptr<ingress::smtp::Server> submission_;
  std::unique_ptr<ingress::http::Access> access_;
  std::unique_ptr<ingress::http::Api> api_;
  std::unique_ptr<net::http::Server> http_;
  std::vector<std::unique_ptr<net::Listener>> http_listeners_;
  std::unique_ptr<Control> control_;
  std::unique_ptr<ControlSocket> control_socket_;
};

}  // namespace postroad::app
