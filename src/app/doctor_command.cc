// postroad doctor: every check, what it found, and what to do about it; in less than fifteen seconds.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>

#include "app/cli.h"
#include "app/commands.h"
#include "app/doctor.h"
#include "app/domain_check.h"
#include "app/machine.h"
#include "app/remote.h"
#include "app/store_question.h"
#include "base/json_writer.h"

namespace postroad::app {
namespace {

namespace asio = boost::asio;
using doctor::Finding;
using doctor::Findings;

/// The world as checks see it.
class Examination {
 public:
  Examination(const ServerOptions& options, const std::vector<std::string>& only) : options_(options), only_(only) {}
  ~Examination() {
    if (machine_ != nullptr) machine_->executor().stop();
  }

  Result<void> begin() {
    ASSIGN_OR_RETURN(tls_, net::ClientTls::with_roots({}));
    ASSIGN_OR_RETURN(machine_, Machine::make({.loops = 1, .resolve = true, .dns_servers = options_.dns_servers, .dnssec = options_.dnssec}));
    machine_->executor().start();
    return {};
  }

  /// First the domains from the store and a key for the loop, each up to kStoreMax; then the network in parallel, up to kExaminationMax, and beside it what
  /// is asked of the store and the machine.
  Findings run_outside(const std::string& host) {
    const World world = machine_->world();
    const doctor::Patient patient{options_, world.clock, world.network, *world.resolver, *tls_, world.clock.mono() + doctor::kExaminationMax};
    return machine_->executor().run_on(0, doctor::check_outside(patient, host));
  }

  Findings run() {
    Findings found;
    const std::string domains = wants("domains") || wants("loop") ? ask_domains(found) : std::string();
    const std::string key_id = wants("loop") ? begin_loop(domains, found) : std::string();
    const World world = machine_->world();
    const doctor::Patient patient{options_, world.clock, world.network, *world.resolver, *tls_, world.clock.mono() + doctor::kExaminationMax};
    std::vector<asio::awaitable<Findings>> work;
    if (wants("name")) work.push_back(doctor::check_name(patient));
    if (wants("network")) work.push_back(doctor::check_network(patient));
    if (wants("reputation")) work.push_back(doctor::check_reputation(patient));
    if (wants("tls")) work.push_back(doctor::check_tls(patient));
    if (wants("domains") && !domains.empty()) work.push_back(doctor::check_domains(patient, domains));
    if (!key_id.empty()) work.push_back(doctor::check_loop(patient, world.timers, probe_));
    std::future<Findings> outside = asio::co_spawn(machine_->executor().loop(0), doctor::all_of(std::move(work)), asio::use_future);
    if (wants("machine")) add(found, doctor::check_machine(options_));
    if (wants("store")) add(found, doctor::check_store(options_, world.clock));
    add(found, outside.get());
    if (!key_id.empty()) end_loop(key_id, found);
    Findings sorted;
    for (const std::string_view group : doctor::kGroups) {
      std::ranges::copy_if(found, std::back_inserter(sorted), [group](const Finding& one) { return one.group == group; });
    }
    return sorted;
  }

 private:
  static void add(Findings& all, Findings more) { std::ranges::move(more, std::back_inserter(all)); }
  bool wants(std::string_view group) const { return only_.empty() || std::ranges::find(only_, group) != only_.end(); }
  /// Empty when there is nothing to check; a finding says why.
  std::string ask_domains(Findings& found) {
    std::error_code ignored;
    if (!std::filesystem::exists(options_.data_dir + "/postroad.db", ignored)) {
      if (wants("domains")) found.push_back({"domains", "any", Finding::Level::kSkipped, fmt::format("no store in {} yet", options_.data_dir), "`postroad serve` makes it at its first start"});
      return {};
    }
    Result<std::string> list = ask_store(options_.data_dir, "domain_probe", {}, doctor::kStoreMax);
    if (list) return *std::move(list);
    if (wants("domains")) found.push_back({"domains", "list", Finding::Level::kFailure, list.error().detail, "start the server, or ask as its user"});
    return {};
  }

  /// A key of a few seconds: its id; empty when the loop cannot be tried, and a finding says why.
  std::string begin_loop(const std::string& domains, Findings& found) {
    const auto skip = [&found](std::string why, std::string fix) {
      found.push_back({"loop", "to ourselves", Finding::Level::kSkipped, std::move(why), std::move(fix)});
      return std::string();
    };
    const boost::json::value list = domains.empty() ? boost::json::value(boost::json::object()) : boost::json::parse(domains);
    const boost::json::value* const running = list.as_object().if_contains("running");
    if (running == nullptr || !running->as_bool()) return skip("the server does not run", "start it, then ask again");
    const boost::json::array& all = list.at("domains").as_array();
    if (all.empty()) return skip("there is no sending domain", "postroad domain add mail.example.com");
    if (options_.http_listen.empty()) return skip("no [http] listen", "nothing to do");
    const Result<std::string> made = ask_store(options_.data_dir, "key_create", {{"role", "developer"}, {"description", "doctor, for one message"}}, doctor::kStoreMax);
    if (!made) return skip(made.error().detail, "see the server's log");
    const boost::json::value key = boost::json::parse(*made);
    probe_ = {text_at(all.front().as_object(), "name"), text_at(key.as_object(), "secret")};
    return text_at(key.as_object(), "id");
  }
  void end_loop(const std::string& key_id, Findings& found) {
    const Result<std::string> ended = ask_store(options_.data_dir, "key_revoke", {{"id", key_id}}, doctor::kStoreMax);
    if (!ended) found.push_back({"loop", "key", Finding::Level::kFailure, "the key of this check is still good: " + ended.error().detail, "postroad key revoke " + key_id});
  }

  const ServerOptions& options_;
  const std::vector<std::string>& only_;
  doctor::LoopProbe probe_;
  std::unique_ptr<net::ClientTls> tls_;
  std::unique_ptr<Machine> machine_;
};

void print_json(const Findings& findings) {
  JsonWriter json;
  json.begin_object().key("findings");
  add_findings(json, findings);
  json.end_object();
  fmt::print("{}\n", json.text());
}

}  // namespace

int doctor_command(const DoctorArguments& arguments) {
  const Result<Settings> settings = load_settings(arguments.config);
  const Result<ServerOptions> options = settings ? server_options(*settings) : std::unexpected(settings.error());
  if (!options) {
    return refuse_settings(options.error());
  }
  for (const std::string& group : arguments.only) {
    if (std::ranges::find(doctor::kGroups, group) != std::end(doctor::kGroups)) continue;
    print_error(fmt::format("--only: there is no group {}", group));
    print_hint(fmt::format("{}", fmt::join(doctor::kGroups, ", ")));
    print_docs("docs/operating/doctor.md");
    return kExitUsage;
  }
  Examination examination(*options, arguments.only);
  if (const Result<void> begun = examination.begin(); !begun) {
    print_error(begun.error().detail);
    return kExitFailed;
  }
  const Findings all = arguments.outside.empty() ? examination.run() : examination.run_outside(arguments.outside);
  if (!arguments.json) std::ranges::for_each(all, print_finding);
  const auto count = [&all](Finding::Level level) { return std::ranges::count(all, level, &Finding::level); };
  if (arguments.json) {
    print_json(all);
  } else {
    fmt::print("{} good, {} warnings, {} failures, {} not looked at\n", count(Finding::Level::kGood), count(Finding::Level::kWarning),
               count(Finding::Level::kFailure), count(Finding::Level::kSkipped));
  }
  return count(Finding::Level::kFailure) == 0 ? kExitDone : kExitFailed;
}

}  // namespace postroad::app
