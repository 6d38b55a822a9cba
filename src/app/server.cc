#include "app/server.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>

#include "app/serve_check.h"
#include "base/log.h"
#include "base/text.h"
#include "delivery/capture_courier.h"
#include "delivery/simulating_courier.h"
#include "net/tls_identity.h"

namespace postroad::app {
namespace {

constexpr std::chrono::milliseconds kDrainPoll{10};
/// 1,000 recipients as fields of their own (contract/sending.md §1), and everything else that a message may have.
constexpr std::size_t kFormFieldsMax = 3000;

}  // namespace

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Configuration configuration, std::vector<net::HandedSocket> handed) {
  Machine::Options of;
  of.loops = options.loops != 0 ? options.loops : std::max(1u, std::thread::hardware_concurrency());
  of.resolve = true;
  of.dns_servers = options.dns_servers;
  of.dnssec = options.dnssec;
  ASSIGN_OR_RETURN(std::unique_ptr<Machine> machine, Machine::make(of));
  for (net::HandedSocket& socket : handed) machine->hand_over(std::move(socket));
  ASSIGN_OR_RETURN(std::unique_ptr<Server> server, build(std::move(options), machine->world()));
  server->machine_ = std::move(machine);
  server->configuration_ = std::move(configuration);
  net::AsioExecutor& executor = server->machine_->executor();
  executor.start();
  RETURN_IF_ERROR(executor.run_on(0, server->bootstrap()));
  RETURN_IF_ERROR(server->begin());
  return server;
}

Result<std::unique_ptr<Server>> Server::build(ServerOptions options, const World& world) {
  std::unique_ptr<Server> server(new Server(std::move(options), world));
  RETURN_IF_ERROR(server->open());
  return server;
}

Server::~Server() { stop(); }

Result<void> Server::open() {
  CoreOptions core;
  core.data_dir = options_.data_dir;
  core.segment_bytes = options_.segment_bytes;
  core.on_poisoned = [this](const Error& error) {
    log::error("store_failed", {{"error", error.detail}, {"next", "stopping; what was answered is on disk"}});
    poisoned_ = true;
    // The end that follows is of the disk's making, not of a message's.
    asio::post(world_.executor.loop(0), [this] {
      if (guard_ != nullptr) guard_->close();
    });
  };
  ASSIGN_OR_RETURN(core_, open_core(world_, std::move(core)));
  RETURN_IF_ERROR(make_tls());
  RETURN_IF_ERROR(make_couriers());
  return make_search();
}

Result<void> Server::make_tls() {
  if (options_.tls_mode == "files") {
    ASSIGN_OR_RETURN(server_tls_, net::ServerTls::from_files(options_.tls_cert, options_.tls_key));
  } else if (options_.tls_mode == "self_signed") {
    ASSIGN_OR_RETURN(const net::TlsIdentity identity,
                     net::dev_identity(options_.data_dir, certificate_names(options_), core_->clock, core_->random));
    ASSIGN_OR_RETURN(server_tls_, net::ServerTls::from_identity(identity));
  }
  ASSIGN_OR_RETURN(client_tls_, net::ClientTls::with_roots({}));
  return {};
}

Result<void> Server::make_couriers() {
  ASSIGN_OR_RETURN(delivery::NextHops hops, delivery::NextHops::parse(options_.next_hops));
  targets_ = std::make_unique<delivery::TargetFinder>(
      *world_.resolver, core_->random, std::move(hops),
      delivery::TargetOptions{.own_hostname = options_.hostname, .mx_port = options_.mx_port});
  signer_ = std::make_unique<delivery::Signer>(core_->clock, core_->executor, options_.sign_dkim);
  ASSIGN_OR_RETURN(std::string secret, load_or_create_secret(*core_, options_.data_dir, "server.key"));
  verp_ = std::make_unique<delivery::Verp>(hmac_sha256(secret, "return paths"));
  smtp_courier_ = std::make_unique<delivery::SmtpCourier>(
      delivery::SmtpCourier::Parts{.clock = core_->clock,
                                   .timers = timers_,
                                   .executor = core_->executor,
                                   .network = network_,
                                   .tls = *client_tls_,
                                   .spool = *core_->spool,
                                   .accounts = *core_->accounts,
                                   .signer = *signer_,
                                   .targets = *targets_,
                                   .verp = *verp_},
      delivery::ConnectionOptions{.hostname = options_.hostname,
                                  .source_ipv4 = options_.source_ipv4,
                                  .source_ipv6 = options_.source_ipv6});
  capture_courier_ = std::make_unique<delivery::CaptureCourier>();
  queue::Courier& carrier = options_.capture ? *capture_courier_ : static_cast<queue::Courier&>(*smtp_courier_);
  simulating_courier_ = std::make_unique<delivery::SimulatingCourier>(
      core_->clock, timers_, carrier,
      delivery::SimulatingCourier::Rules{.all_domains = options_.capture,
                                         .own_domain = "sim." + ascii_lower(options_.hostname),
                                         .hostname = options_.hostname,
                                         .warp = options_.warp});
  options_.retries.warp = options_.warp;
  writer_ = std::make_unique<queue::OutcomeWriter>(core_->clock, core_->random, *core_->spool, *core_->journal,
                                                   options_.retries);
  ASSIGN_OR_RETURN(std::unique_ptr<queue::AttemptsFile> attempts,
                   queue::AttemptsFile::open(core_->disk, options_.data_dir + "/attempts.now", options_.queue_limits.jobs_max,
                                             world_.boot_id));
  guard_ = std::make_unique<queue::CrashGuard>(core_->clock, core_->random, core_->rows(), *core_->journal, std::move(attempts),
                                               world_.last_end ? world_.last_end(options_.data_dir) : queue::LastEnd::kUnknown);
  ASSIGN_OR_RETURN(taken_, queue::TakenFile::open(core_->disk, options_.data_dir + "/taken.now", options_.queue_limits.jobs_max,
                                                  world_.boot_id));
  queue_ = std::make_unique<queue::Queue>(core_->clock, timers_, core_->executor, core_->rows(), *core_->spool,
                                          *writer_, *simulating_courier_, options_.queue_limits, guard_.get(), taken_.get());
  queue_->obey(*core_->lane_rules);
  if (options_.sandbox) {
    console_ = std::make_unique<SandboxConsole>(*queue_);
    core_->spool->set_listener(*console_);
  } else {
    core_->spool->set_listener(*queue_);
  }

  admission::AdmissionLimits limits;
  limits.attempt_for = options_.retries.attempt_for;
  limits.warp = options_.warp;
  admission_ = std::make_unique<admission::Admission>(core_->clock, core_->random, *core_->spool, *core_->journal,
                                                      options_.public_url, limits);
  idempotent_calls_ = std::make_unique<admission::IdempotentCalls>(core_->rows(), core_->clock);
  cancellation_ = std::make_unique<queue::Cancellation>(core_->clock, core_->random, core_->rows(), *core_->spool,
                                                        *core_->journal);
  return {};
}

Result<void> Server::make_search() {
  search_ = std::make_unique<search::Search>(search::Search::Parts{.clock = core_->clock,
                                                                   .executor = core_->executor,
                                                                   .timers = timers_,
                                                                   .disk = core_->disk,
                                                                   .journal = *core_->journal},
                                             search::Search::Options{.directory = options_.data_dir + "/events",
                                                                     .retention = options_.keep_events});
  return search_->open();
}

asio::awaitable<Result<void>> Server::bootstrap() {
  const account::DirectoryPtr known = core_->accounts->directory();
  if (known->api_keys() == 0 && !options_.bootstrap_api_key.empty()) {
    std::string secret = options_.bootstrap_api_key;
    CO_RETURN_IF_ERROR(co_await core_->accounts->add_api_key(std::move(secret), account::KeyRole::kAdmin, "bootstrap"));
  }
  if (!known->domains().empty()) co_return Result<void>{};
  for (const std::string& name : options_.bootstrap_domains) {
    account::NewDomain wanted{.name = name, .dkim_selector = {}};
    CO_RETURN_IF_ERROR(co_await core_->accounts->create_domain(std::move(wanted)));
  }
  co_return Result<void>{};
}

Result<void> Server::begin() {
  begun_ = true;
  RETURN_IF_ERROR(listen_http());
  RETURN_IF_ERROR(listen_submission());
  RETURN_IF_ERROR(listen_control());
  for (std::size_t loop = 0; loop < core_->executor.loops(); ++loop) {
    asio::co_spawn(core_->executor.loop(loop), smtp_courier_->close_idle_connections(loop), asio::detached);
  }
  asio::co_spawn(core_->executor.loop(0), release_ended_messages(), asio::detached);
  asio::co_spawn(core_->executor.loop(0), search_->keep(), asio::detached);
  return queue_->start();
}

Result<void> Server::listen_http() {
  if (options_.sandbox) {
    access_ = std::make_unique<ingress::http::SandboxAccess>(*core_->accounts);
  } else {
    access_ = std::make_unique<ingress::http::AccountAccess>(*core_->accounts);
  }
  ingress::http::ApiOptions api;
  api.hostname = options_.hostname;
  api.public_url = options_.public_url;
  api.form.body_bytes_max = options_.http_body_bytes_max;
  api.form.fields_max = kFormFieldsMax;
  api.cors_origins = options_.cors_origins;
  api.inbox = options_.sandbox;
  api.require_tls = options_.require_tls;
  api.version = POSTROAD_VERSION;
  api.warp = options_.warp;
  if (!options_.submission_listen.empty()) api.smtp = options_.submission_listen.front().text();
  if (options_.sandbox) api.hosts = {"127.0.0.1", "localhost", "[::1]", "::1"};
  api_ = std::make_unique<ingress::http::Api>(ingress::http::Api::Parts{.clock = core_->clock,
                                                                        .executor = core_->executor,
                                                                        .store = core_->rows(),
                                                                        .random = core_->random,
                                                                        .accounts = *core_->accounts,
                                                                        .credentials = *core_->credentials,
                                                                        .admission = *admission_,
                                                                        .idempotent_calls = *idempotent_calls_,
                                                                        .cancellation = *cancellation_,
                                                                        .journal = *core_->journal,
                                                                        .search = *search_,
                                                                        .spool = *core_->spool,
                                                                        .access = *access_,
                                                                        .timers = timers_},
                                              std::move(api));
  http_ = std::make_unique<net::http::Server>(
      net::http::Server::World{
          .clock = core_->clock, .random = core_->random, .timers = timers_, .tls = server_tls_.get()},
      *api_, net::http::ServerSettings{.body_bytes_max = options_.http_body_bytes_max});
  for (const net::Endpoint& at : options_.http_listen) {
    ASSIGN_OR_RETURN(std::unique_ptr<net::Listener> listener,
                     network_.listen(at, [this](net::StreamPtr stream) { http_->accept(std::move(stream)); }));
    http_listeners_.push_back(std::move(listener));
  }
  return {};
}

Result<void> Server::listen_submission() {
  if (options_.sandbox) {
    submission_policy_ = std::make_unique<SandboxPolicy>(*core_->accounts);
  } else {
    submission_policy_ = std::make_unique<ProductionPolicy>(
        *core_->accounts, *core_->credentials,
        ProductionPolicy::Rules{.auth_required = options_.auth_required, .allow_plaintext_auth = options_.allow_plaintext_auth});
  }
  submission_ = std::make_unique<ingress::smtp::Server>(
      ingress::smtp::Server::Parts{.clock = core_->clock,
                                   .timers = timers_,
                                   .executor = core_->executor,
                                   .network = network_,
                                   .tls = server_tls_.get(),
                                   .store = core_->rows(),
                                   .admission = *admission_,
                                   .policy = *submission_policy_},
      options_.hostname);
  using Tls = ingress::smtp::Server::Tls;
  for (const net::Endpoint& at : options_.submission_listen) {
    RETURN_IF_ERROR(submission_->listen(at, at.port == kImplicitTlsPort ? Tls::kFromTheFirstByte : Tls::kStartTls));
  }
  for (const net::Endpoint& at : options_.submission_listen_tls) {
    RETURN_IF_ERROR(submission_->listen(at, Tls::kFromTheFirstByte));
  }
  return {};
}

Result<void> Server::listen_control() {
  control_ = std::make_unique<Control>(ControlParts{.core = *core_,
                                                     .search = *search_,
                                                     .queue = queue_.get(),
                                                     .hostname = options_.hostname,
                                                     .reload = [this] { return reload(); }});
  control_socket_ = std::make_unique<ControlSocket>(
      net::http::Server::World{.clock = core_->clock, .random = core_->random, .timers = timers_, .tls = nullptr},
      network_, *control_);
  return control_socket_->listen(options_.data_dir);
}

std::vector<net::Endpoint> Server::http_endpoints() const {
  std::vector<net::Endpoint> all;
  for (const auto& listener : http_listeners_) all.push_back(listener->local());
  return all;
}

std::vector<net::Endpoint> Server::submission_endpoints() const { return submission_->endpoints(); }

asio::awaitable<void> Server::drain() {
  stopping_ = true;
  const Deadline deadline = core_->clock.mono() + kDrainMax;
  const Deadline soon = std::min<Deadline>(deadline, core_->clock.mono() + kSessionsDrainMax);
  // Whoever knocks from here on waits in the backlog of a socket that was handed over, for the next server.
  for (const auto& listener : http_listeners_) listener->close();
  submission_->close_listeners();
  api_->stop();
  // A transaction may take as long as a delivery may, so they end side by side; what is accepted meanwhile waits in the store.
  std::size_t ending = 0;
  const auto end = [this, &ending](asio::awaitable<void> work) {
    ++ending;
    asio::co_spawn(core_->executor.loop(0), std::move(work), [&ending](const std::exception_ptr&) { --ending; });
  };
  end(queue_->stop(deadline));
  end(submission_->stop(deadline));
  end(http_->stop(soon));
  while (ending > 0) co_await timers_.sleep_until(core_->clock.mono() + kDrainPoll);
  co_await control_socket_->stop(std::min<Deadline>(deadline, core_->clock.mono() + kSessionsDrainMax));
  for (std::size_t loop = 0; loop < core_->executor.loops(); ++loop) {
    co_await asio::co_spawn(core_->executor.loop(loop), smtp_courier_->stop(loop), asio::use_awaitable);
  }
  search_->stop();
  co_await core_->store->stop();
}

void Server::stop() {
  if (machine_ == nullptr) return;
  net::AsioExecutor& executor = machine_->executor();
  const bool whole = begun_ && control_socket_ != nullptr;  // Else the start failed half way: nothing was taken in.
  if (whole && !stopping_) executor.run_on(0, drain());
  executor.stop();
}

}  // namespace postroad::app
