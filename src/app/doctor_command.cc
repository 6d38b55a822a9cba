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
#include "app/doctor_fix.h"
#include "app/domain_check.h"
#include "app/machine.h"
#include "app/remote.h"
#include "app/serve_hosts.h"
#include "app/store_question.h"
#include "base/json_writer.h"

namespace postroad::app {
namespace {

namespace asio = boost::asio;
using doctor::Finding;
using doctor::Findings;

using Groups = std::vector<std::string_view>;

/// The world as checks see it.
class Examination {
 public:
  Examination(const Settings& settings, const ServerOptions& options, const Groups& only) : settings_(settings), options_(options), only_(only) {}
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
    if (wants("machine")) {
      add(found, doctor::check_machine(options_));
      add(found, doctor::check_rights_of_user(settings_));
    }
    if (wants("store")) add(found, doctor::check_store(options_, world.clock));
    Findings seen = outside.get();
    if (wants("domains") && !domains.empty()) add(found, doctor::domain_states(seen, domains));
    add(found, std::move(seen));
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
    const WallTime now = machine_->world().clock.wall();
    const Result<std::string> keys = ask_store(options_.data_dir, "key_list", {}, doctor::kStoreMax);
    if (keys) add(found, doctor::left_keys(*keys, now));
    const std::string description = doctor::probe_description(now + doctor::kProbeLife);
    const Result<std::string> made = ask_store(options_.data_dir, "key_create", {{"role", "developer"}, {"description", description}}, doctor::kStoreMax);
    if (!made) return skip(made.error().detail, "see the server's log");
    const boost::json::value key = boost::json::parse(*made);
    probe_ = {text_at(all.front().as_object(), "name"), text_at(key.as_object(), "secret")};
    return text_at(key.as_object(), "id");
  }
  void end_loop(const std::string& key_id, Findings& found) {
    const Result<std::string> ended = ask_store(options_.data_dir, "key_revoke", {{"id", key_id}}, doctor::kStoreMax);
    if (!ended) found.push_back({"loop", "key", Finding::Level::kFailure, "the key of this check is still good: " + ended.error().detail, "postroad key revoke " + key_id});
  }

  const Settings& settings_;
  const ServerOptions& options_;
  const Groups& only_;
  doctor::LoopProbe probe_;
  std::unique_ptr<net::ClientTls> tls_;
  std::unique_ptr<Machine> machine_;
};

/// The groups that were asked for; kInvalidArgument: there is no such group.
Result<Groups> groups_of(const std::vector<std::string>& words) {
  Groups groups;
  for (const std::string& word : words) {
    const Groups named = doctor::groups_named(word);
    if (named.empty()) return fail_permanent(ErrorCode::kInvalidArgument, word);
    groups.insert(groups.end(), named.begin(), named.end());
  }
  return groups;
}

int refuse_group(const std::string& word) {
  const std::string_view near = nearest_name(word, doctor::kGroups);
  print_error(fmt::format("--only: there is no group {}", word));
  print_hint(near.empty() ? fmt::format("{}", fmt::join(doctor::kGroups, ", ")) : fmt::format("did you mean {}?", near));
  print_docs("docs/operating/doctor.md");
  return kExitUsage;
}

struct Seen {
  Settings settings;
  ServerOptions options;
  Findings findings;
};

/// Everything anew: the configuration, and a resolver that remembers nothing.
Result<Seen> look(const DoctorArguments& arguments, const Groups& groups) {
  ASSIGN_OR_RETURN(const std::vector<std::string> hosts, host_names(arguments.hosts));
  ASSIGN_OR_RETURN(Settings settings, load_settings(arguments.config, UnknownName::kFails, [&hosts](SettingsBuilder& builder) { return serve_hosts(builder, hosts); }));
  ASSIGN_OR_RETURN(ServerOptions options, server_options(settings));
  options.tls_names = hosts;
  Seen seen{std::move(settings), std::move(options), {}};
  Examination examination(seen.settings, seen.options, groups);
  if (const Result<void> begun = examination.begin(); !begun) return fail_permanent(ErrorCode::kUnsupported, begun.error().detail);
  seen.findings = arguments.outside.empty() ? examination.run() : examination.run_outside(arguments.outside);
  return seen;
}

int show(const DoctorArguments& arguments, const Findings& findings, const doctor::Treatment& treatment) {
  const auto count = [&findings](Finding::Level level) { return std::ranges::count(findings, level, &Finding::level); };
  if (arguments.json) {
    JsonWriter json;
    json.begin_object();
    if (arguments.fix) doctor::add_treatment(json, treatment);
    json.key("findings");
    add_findings(json, findings);
    json.end_object();
    fmt::print("{}\n", json.text());
  } else {
    std::ranges::for_each(findings, print_finding);
    fmt::print("{} good, {} warnings, {} failures, {} not looked at\n", count(Finding::Level::kGood), count(Finding::Level::kWarning),
               count(Finding::Level::kFailure), count(Finding::Level::kSkipped));
  }
  return count(Finding::Level::kFailure) == 0 && treatment.left.empty() ? kExitDone : kExitFailed;
}

int refuse(const Error& error) {
  if (error.code != ErrorCode::kUnsupported) return refuse_settings(error);
  print_error(error.detail);
  return kExitFailed;
}

}  // namespace

int doctor_command(const DoctorArguments& arguments) {
  const Result<Groups> groups = groups_of(arguments.only);
  if (!groups) return refuse_group(groups.error().detail);
  Result<Seen> seen = look(arguments, *groups);
  if (!seen) return refuse(seen.error());
  if (!arguments.fix) return show(arguments, seen->findings, {});
  if (doctor::remediable(seen->findings).empty()) {
    print_done("nothing here that --fix does by itself");
    return show(arguments, seen->findings, {});
  }
  SystemClock clock;
  SystemRandom random;
  const doctor::Treatment treatment = doctor::treat(seen->findings, {seen->settings, seen->options, arguments.config, clock, random}, arguments.yes);
  if (!treatment.fixed.empty()) seen = look(arguments, *groups);
  if (!seen) return refuse(seen.error());
  return show(arguments, seen->findings, treatment);
}

}  // namespace postroad::app
