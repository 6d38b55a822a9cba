// postroad doctor: every check, what it found, and what to do about it; in less than fifteen seconds.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/cli.h"
#include "app/commands.h"
#include "app/doctor.h"
#include "app/machine.h"
#include "app/store_question.h"
#include "base/json_writer.h"

namespace postroad::app {
namespace {

using doctor::Finding;
using doctor::Findings;

std::string_view word(Finding::Level level) {
  switch (level) {
    case Finding::Level::kGood: return "ok";
    case Finding::Level::kWarning: return "warn";
    case Finding::Level::kFailure: return "FAIL";
    case Finding::Level::kSkipped: return "skip";
  }
  return "";
}

/// The world as checks see it.
class Examination {
 public:
  explicit Examination(const ServerOptions& options) : options_(options) {}
  ~Examination() {
    if (machine_ != nullptr) machine_->executor().stop();
  }

  Result<void> begin() {
    ASSIGN_OR_RETURN(tls_, net::ClientTls::with_roots({}));
    ASSIGN_OR_RETURN(machine_, Machine::make({.loops = 1, .resolve = true, .dns_servers = options_.dns_servers, .dnssec = options_.dnssec}));
    machine_->executor().start();
    return {};
  }
  Findings machine() { return doctor::check_machine(options_); }
  Findings store() { return doctor::check_store(options_, machine_->world().clock); }
  Findings name() { return run(doctor::check_name(patient())); }
  Findings network() { return run(doctor::check_network(patient())); }
  Findings tls() { return run(doctor::check_tls(patient())); }
  Findings domains() {
    std::error_code ignored;
    if (!std::filesystem::exists(options_.data_dir + "/postroad.db", ignored)) return {};
    const Result<std::string> list = ask_store(options_.data_dir, "domain_list", {});
    if (!list) return {{"domains", "list", Finding::Level::kFailure, list.error().detail, "start the server, or ask as its user"}};
    return run(doctor::check_domains(patient(), *list));
  }

 private:
  doctor::Patient patient() {
    const World world = machine_->world();
    return {options_, world.clock, world.network, *world.resolver, *tls_};
  }
  template <class T>
  T run(asio::awaitable<T> work) {
    return machine_->executor().run_on(0, std::move(work));
  }

  const ServerOptions& options_;
  std::unique_ptr<net::ClientTls> tls_;
  std::unique_ptr<Machine> machine_;
};

void print_finding(const Finding& finding) {
  fmt::print("{:4}  {:8}  {:28}  {}\n", word(finding.level), finding.group, finding.check, finding.found);
  if (finding.level != Finding::Level::kGood && !finding.fix.empty()) fmt::print("                → {}\n", finding.fix);
}

void print_json(const Findings& findings) {
  JsonWriter json;
  json.begin_object().key("findings").begin_array();
  for (const Finding& finding : findings) {
    json.begin_object().field("group", finding.group).field("check", finding.check);
    json.field("level", finding.level == Finding::Level::kFailure ? "fail" : word(finding.level)).field("found", finding.found);
    json.field("fix", finding.fix).end_object();
  }
  json.end_array().end_object();
  fmt::print("{}\n", json.text());
}

}  // namespace

int doctor_command(const DoctorArguments& arguments) {
  const Result<Settings> settings = load_settings(arguments.config);
  const Result<ServerOptions> options = settings ? server_options(*settings) : std::unexpected(settings.error());
  if (!options) {
    print_error(options.error().detail);
    return kExitUsage;
  }
  const std::vector<std::pair<std::string, Findings (Examination::*)()>> groups = {
      {"machine", &Examination::machine}, {"name", &Examination::name},       {"network", &Examination::network},
      {"tls", &Examination::tls},         {"domains", &Examination::domains}, {"store", &Examination::store}};
  for (const std::string& group : arguments.only) {
    if (std::ranges::find(groups, group, [](const auto& one) { return one.first; }) != groups.end()) continue;
    print_error(fmt::format("--only: there is no group {}", group));
    print_hint("machine, name, network, tls, domains, store");
    return kExitUsage;
  }
  Examination examination(*options);
  if (const Result<void> begun = examination.begin(); !begun) {
    print_error(begun.error().detail);
    return kExitFailed;
  }
  Findings all;
  for (const auto& [group, examine] : groups) {
    if (!arguments.only.empty() && std::ranges::find(arguments.only, group) == arguments.only.end()) continue;
    for (Finding& finding : (examination.*examine)()) {
      if (!arguments.json) print_finding(finding);
      std::fflush(stdout);
      all.push_back(std::move(finding));
    }
  }
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
