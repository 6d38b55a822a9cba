#include "simulation.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/assert.h"
#include "base/log.h"
#include "checks.h"
#include "prepared_store.h"
#include "queue/clock_watch.h"
#include "spool/spool_repository.h"

namespace postroad::simulation {
namespace {

using storage::testing::FaultDisk;

constexpr int kDomains = 8;
constexpr std::uint64_t kMessagesMax = 60;
constexpr std::uint64_t kRecipientsMax = 5;
constexpr int kCrashesMax = 3;
constexpr std::chrono::seconds kRestartWait{5};
constexpr std::chrono::milliseconds kPoisonPoll{20};
constexpr std::chrono::minutes kClockJumpMax{26 * 60};
constexpr int kJournalMax = 100'000;
constexpr std::size_t kSearchPage = 100;
constexpr int kFailedStartsMax = 50;
constexpr unsigned kKeepAll = 256;

app::ServerOptions options() {
  app::ServerOptions options;
  options.hostname = "postroad.test";
  options.data_dir = std::string(kDataDirectory);
  options.public_url = "http://api.test";
  options.http_listen = {kHttp};
  options.submission_listen = {kSubmission};
  options.auth_required = false;
  options.tls_mode = "off";
  options.sign_dkim = false;
  options.segment_bytes = 64u << 10;
  options.bootstrap_api_key = std::string(kApiKey);
  options.bootstrap_domains = {std::string(kSenderDomain)};
  return options;
}

}  // namespace

Simulation::Simulation(std::uint64_t seed, Bug bug)
    : seed_(seed),
      bug_(bug),
      random_(seed),
      server_random_(seed ^ 0x9e3779b97f4a7c15u),
      disk_(fault_disk_, bug),
      loop_(clock_, random_, trace_),
      network_(loop_, clock_, random_, trace_),
      resolver_(loop_, clock_, random_),
      clients_(loop_, network_, clock_, model_) {}

Simulation::~Simulation() {
  loop_.kill_server();
  server_.reset();
}

template <class T>
T Simulation::await(asio::awaitable<T> work) {
  std::optional<T> result;
  asio::co_spawn(
      loop_.server(), [&]() -> asio::awaitable<void> { result = co_await std::move(work); }, asio::detached);
  loop_.run_until([&] { return result.has_value(); }, clock_.mono() + kSettleMax);
  PR_ASSERT(result.has_value());
  return *std::move(result);
}

Outcome Simulation::run() {
  make_world();
  start_server();
  plan_messages();
  plan_trouble();
  loop_.run_until([] { return false; }, clock_.mono() + kTroubleFor);
  end_trouble();
  Outcome outcome;
  outcome.broken = verify();
  outcome.hash = trace_.hash();
  outcome.events = trace_.notes();
  outcome.copies = model_.copies.size();
  outcome.crashes = model_.crashes.size();
  for (const auto& [token, sent] : model_.sent) {
    ++(sent.told == Told::kAccepted ? outcome.accepted : sent.told == Told::kNothing ? outcome.unanswered : outcome.refused);
  }
  return outcome;
}

void Simulation::make_world() {
  put_prepared_store(fault_disk_, options());
  for (int i = 0; i < kDomains; ++i) {
    const std::string domain = fmt::format("d{}.test", i);
    const int hosts = 1 + static_cast<int>(below(2));
    for (int host = 0; host < hosts; ++host) {
      const std::string name = fmt::format("mx{}.{}", host, domain);
      const std::string address = fmt::format("192.0.2.{}", 1 + i * 2 + host);
      resolver_.mail_exchangers[domain].push_back({static_cast<std::uint16_t>(10 * (host + 1)), name});
      resolver_.addresses[name] = address;
      auto peer = std::make_unique<Peer>(loop_, network_, clock_, random_, model_, net::Endpoint{address, 25});
      peer->habits.pipelining = chance(70);
      if (chance(50)) peer->habits.defer_rcpt = below(3000);
      if (chance(30)) peer->habits.defer_connect = below(3000);
      if (chance(30)) peer->habits.defer_data = below(3000);
      if (chance(30)) peer->habits.drop_after_data = below(2000);
      if (chance(30)) peer->habits.drop = below(500);
      peers_.push_back(std::move(peer));
    }
  }
  if (chance(50)) network_.faults.reset = below(1500);
  if (chance(30)) network_.faults.refuse = below(1000);
  if (chance(20)) network_.faults.black_hole = below(300);
  if (chance(40)) resolver_.servfail = below(3000);
}

void Simulation::plan_messages() {
  const std::uint64_t messages = 5 + below(kMessagesMax);
  for (std::uint64_t i = 0; i < messages; ++i) {
    Sent sent;
    sent.token = fmt::format("token{}x{}", seed_, i);
    for (std::uint64_t r = 0, count = 1 + below(kRecipientsMax); r < count; ++r) {
      sent.recipients.push_back(fmt::format("{}{}m{}@d{}.test", chance(10) ? "unknown" : "user", r, i, below(kDomains)));
    }
    const std::string token = sent.token;
    model_.sent.emplace(token, std::move(sent));
    const bool by_http = chance(60);
    Clients::Call call{.batch = chance(30),
                       .idempotency_key = chance(50) ? "once-" + token : std::string(),
                       .later = chance(15) ? std::chrono::seconds(60 + below(3600)) : std::chrono::seconds(0)};
    loop_.after(some_time_of(kTroubleFor), [this, token, by_http, call] {
      asio::co_spawn(loop_.world(), by_http ? clients_.post(token, call) : clients_.submit(token), asio::detached);
    });
  }
  if (chance(10)) {
    loop_.after(some_time_of(kTroubleFor), [this] { asio::co_spawn(loop_.world(), clients_.cancel_all(), asio::detached); });
  }
}

void Simulation::plan_trouble() {
  for (int i = 0, crashes = static_cast<int>(below(kCrashesMax + 1)); i < crashes; ++i) {
    const bool power_cut = chance(60);
    loop_.after(some_time_of(kTroubleFor), [this, power_cut] {
      if (troubled_) crash(power_cut);
    });
  }
  // A crash in the middle of a busy moment finds more than one at a random time: at a call of the disk.
  if (chance(50)) loop_.after(some_time_of(kTroubleFor), [this] { fail_disk_later(); });
  if (chance(20)) {
    loop_.after(some_time_of(kTroubleFor), [this] {
      resolver_.out = true;
      loop_.after(some_time_of(kTroubleFor), [this] { resolver_.out = false; });
    });
  }
  if (chance(20)) {
    loop_.after(some_time_of(kTroubleFor), [this] {
      const auto by = some_time_of(kClockJumpMax);
      clock_.jump_wall(chance(50) ? by : -by);
    });
  }
  watch_poison();
}

void Simulation::fail_disk_later() {
  if (!troubled_) return;
  FaultDisk::Plan plan;
  plan.at = 1 + below(60);
  switch (below(4)) {
    case 0: plan.fault = FaultDisk::Fault::kPowerCut; break;
    case 1:
      plan.fault = FaultDisk::Fault::kIoError;
      plan.kinds = {FaultDisk::Call::kSync, FaultDisk::Call::kSyncDirectory};
      break;
    case 2:
      plan.fault = FaultDisk::Fault::kFull;
      plan.kinds = {FaultDisk::Call::kWrite};
      plan.times = 1 + below(40);
      break;
    default:
      plan.fault = FaultDisk::Fault::kShortWrite;
      plan.kinds = {FaultDisk::Call::kWrite};
      break;
  }
  fault_disk_.plan(plan);
}

/// The process ends after a failed sync, as `serve` does; who starts it again finds the disk as the fault left it.
void Simulation::watch_poison() {
  if (!troubled_) return;
  if (server_ != nullptr && server_->poisoned()) {
    model_.a_sync_failed = true;
    crash(chance(50));
  }
  loop_.after(kPoisonPoll, [this] { watch_poison(); });
}

void Simulation::start_server() {
  const app::World world{.clock = clock_,
                         .random = server_random_,
                         .disk = disk_,
                         .executor = loop_,
                         .timers = loop_,
                         .network = network_,
                         .resolver = &resolver_,
                         .threads = false,
                         .boot_id = std::to_string(boots_),
                         .between = [this](storage::Store& store) { return planted_store(store, bug_); }};
  Result<std::unique_ptr<app::Server>> built = app::Server::build(options(), world);
  Result<void> begun;
  if (built) begun = (*built)->begin();
  if (built && begun) {
    server_ = *std::move(built);
    return;
  }
  trace_.note("start failed");
  built = {};
  if (troubled_ || ++failed_starts_ < kFailedStartsMax) {
    crash(false);
  }
}

/// Kill -9, or the power goes: then what was not synced is kept, lost or torn sector by sector.
void Simulation::crash(bool power_cut) {
  trace_.note(power_cut ? "power cut" : "kill");
  if (power_cut) ++boots_;
  model_.crashes.push_back(clock_.mono());
  fault_disk_.cut_power();
  loop_.kill_server();
  server_.reset();
  fault_disk_.restart(below(UINT64_MAX), power_cut ? static_cast<unsigned>(below(kKeepAll)) : kKeepAll);
  loop_.after(kRestartWait, [this] {
    if (server_ == nullptr) start_server();
  });
}

void Simulation::end_trouble() {
  troubled_ = false;
  fault_disk_.plan({});
  network_.faults = {};
  resolver_.servfail = 0;
  resolver_.out = false;
  for (const auto& peer : peers_) peer->habits = {};
  // A last power cut: what was only promised by a sync that did nothing shows now.
  crash(true);
  loop_.run_until([this] { return server_ != nullptr; }, clock_.mono() + kSettleMax);
}

/// Whether the store has a retry that no timetable can have put where it is.
asio::awaitable<bool> Simulation::retry_out_of_reach() {
  bool found = false;
  const WallTime reach = clock_.wall() + queue::RetrySchedule{}.longest_wait() + queue::ClockWatch::kStepMin;
  std::vector<storage::Value> values{reach.time_since_epoch().count(), std::int64_t{1}};
  storage::RowReader reader = [&found](const storage::Row&) { found = true; };
  const Result<void> asked = co_await server_->core().rows().query(spool::sql::kRetriesBeyond, std::move(values), std::move(reader));
  co_return asked && found;
}

std::vector<std::string> Simulation::verify() {
  const MonoTime limit = clock_.mono() + kSettleMax;
  events::Audit audit;
  while (server_ != nullptr && clock_.mono() < limit) {
    Result<events::Audit> asked = await(server_->core().journal->audit());
    if (!asked) return {"the journal cannot be read: " + asked.error().detail};
    audit = *asked;
    if (audit.waiting == 0) break;
    loop_.run_until([] { return false; }, clock_.mono() + std::chrono::minutes(10));
    if (await(retry_out_of_reach())) return {"a retry is further away than the longest wait: the clock was set back and nobody minded"};
  }
  if (server_ == nullptr) return {"the server does not start any more"};
  Result<std::vector<events::StoredEvent>> newest = await(server_->core().journal->newest(kJournalMax, ""));
  if (!newest) return {"the journal cannot be read: " + newest.error().detail};
  std::ranges::reverse(*newest);
  for (const events::StoredEvent& event : *newest) {
    log::debug("journal", {{"type", events::event_name(event.type)}, {"message", event.message}, {"to", event.address}, {"body", event.body}});
  }
  std::vector<std::string> broken = broken_promises(model_, audit, *newest);
  if (std::string missed = missed_by_search(*newest); !missed.empty()) broken.push_back(std::move(missed));
  return broken;
}

/// The searchable log is derived from the journal: after all that happened it must tell the same. Empty: it does.
std::string Simulation::missed_by_search(const std::vector<events::StoredEvent>& journal) {
  std::vector<std::int64_t> shown;
  for (const events::StoredEvent& event : journal) {
    if (events::is_shown(event.type)) shown.push_back(event.sequence);
  }
  std::vector<std::int64_t> found;
  for (bool more = true; more;) {
    search::Query query{.after = found.empty() ? 0 : found.back(), .ascending = true, .limit = kSearchPage};
    auto page = await(server_->search().find(std::move(query), std::make_shared<search::FilterCondition>(events::Filter{})));
    if (!page) return "the log cannot be searched: " + page.error().detail;
    for (const search::EventRow& row : *page) found.push_back(row.sequence);
    more = !page->empty();
  }
  return found == shown ? "" : fmt::format("the journal shows {} events, a search finds {} or others", shown.size(), found.size());
}

}  // namespace postroad::simulation
