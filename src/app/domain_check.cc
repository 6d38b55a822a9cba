#include "app/domain_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "app/machine.h"
#include "app/output.h"
#include "app/remote.h"
#include "app/store_question.h"
#include "app/zone_servers.h"

namespace postroad::app {
namespace {

using Level = doctor::Finding::Level;

/// SPF of `domain` or one of its keys, which alone decide whether it is ready.
bool counts(const doctor::Finding& finding, const std::string& domain) {
  return finding.check.starts_with(domain + " SPF") || finding.check.starts_with(domain + " DKIM");
}

/// A machine that looks names up, running.
Result<std::unique_ptr<Machine>> machine_with(const ServerOptions& options, std::vector<net::UnboundResolver::Authority> authorities) {
  ASSIGN_OR_RETURN(std::unique_ptr<Machine> machine, Machine::make({.loops = 1, .resolve = true, .dns_servers = options.dns_servers, .dnssec = options.dnssec,
                                                                    .authorities = std::move(authorities)}));
  machine->executor().start();
  return machine;
}

/// The same, asking the servers of the zone of `name`, whose apex is put into `zone`; null where they are not known or do not answer.
Result<std::unique_ptr<Machine>> machine_at_zone(const ServerOptions& options, Machine& usual, const std::string& name, std::string& zone) {
  const World world = usual.world();
  const auto found = usual.executor().run_on(0, zone_servers(*world.resolver, name, world.clock.mono() + kZoneServersWithin));
  if (!found) return nullptr;
  ASSIGN_OR_RETURN(std::unique_ptr<Machine> machine, machine_with(options, {*found}));
  const World there = machine->world();
  const auto answer = machine->executor().run_on(0, there.resolver->ns(found->zone, there.clock.mono() + kZoneServersWithin));
  if (!answer || answer->records.empty()) {
    machine->executor().stop();
    return nullptr;
  }
  zone = found->zone;
  return machine;
}

}  // namespace

Result<DomainCheck> check_domain(const std::string& data_dir, ServerOptions options, const std::string& name, Asked asked) {
  ASSIGN_OR_RETURN(const std::string probe, ask_store(data_dir, "domain_probe", {{"name", name}, {"hostname", options.hostname}}));
  const boost::json::value parsed = boost::json::parse(probe);
  const boost::json::object& domain = parsed.at("domains").at(0).as_object();
  options.hostname = text_at(parsed.as_object(), "hostname");
  ASSIGN_OR_RETURN(const std::unique_ptr<net::ClientTls> tls, net::ClientTls::with_roots({}));
  ASSIGN_OR_RETURN(std::unique_ptr<Machine> machine, machine_with(options, {}));
  std::string zone;
  if (asked == Asked::kZone) {
    ASSIGN_OR_RETURN(std::unique_ptr<Machine> at_zone, machine_at_zone(options, *machine, text_at(domain, "name"), zone));
    if (at_zone != nullptr) {
      machine->executor().stop();
      machine = std::move(at_zone);
    }
  }
  const World world = machine->world();
  const doctor::Patient patient{options, world.clock, world.network, *world.resolver, *tls, world.clock.mono() + doctor::kExaminationMax};
  const doctor::Findings findings = machine->executor().run_on(0, doctor::check_domains(patient, probe));
  machine->executor().stop();
  DomainCheck check = judge_domain(findings, domain);
  check.findings = findings;
  check.zone = zone;
  return check;
}

DomainCheck judge_domain(const doctor::Findings& findings, const boost::json::object& domain) {
  DomainCheck check;
  const std::string full_name = text_at(domain, "name");
  check.state = text_at(domain, "state");
  std::vector<std::string> pending;
  for (const boost::json::value& record : domain.at("records").as_array()) {
    if (text_at(record.as_object(), "state") == "pending") pending.push_back(fmt::format("{} DKIM {}", full_name, text_at(record.as_object(), "selector")));
  }
  const auto is_pending = [&pending](const doctor::Finding& one) { return std::ranges::find(pending, one.check) != pending.end(); };
  const auto good = [](const doctor::Finding& one) { return one.level == Level::kGood; };
  check.pending = !pending.empty();
  check.published = std::ranges::all_of(findings, [&](const doctor::Finding& one) { return !is_pending(one) || good(one); });
  check.ready = std::ranges::all_of(findings, [&](const doctor::Finding& one) {
    return !counts(one, full_name) || is_pending(one) || good(one) || one.level == Level::kSkipped;
  });
  return check;
}

std::string_view word_of(Level level) {
  switch (level) {
    case Level::kGood: return "ok";
    case Level::kWarning: return "warn";
    case Level::kFailure: return "FAIL";
    case Level::kSkipped: return "skip";
  }
  return "";
}

void print_finding(const doctor::Finding& finding) {
  using enum Level;
  const Tint tint = finding.level == kGood ? Tint::kGood : finding.level == kWarning ? Tint::kWarning : finding.level == kFailure ? Tint::kBad : Tint::kFaint;
  fmt::print("{}  {:10}  {:32}  {}\n", tinted(tint, fmt::format("{:4}", word_of(finding.level))), finding.group, finding.check, finding.found);
  if (finding.level != kGood && !finding.fix.empty()) fmt::print("                → {}\n", advice_of(finding));
}

std::string advice_of(const doctor::Finding& finding) { return finding.remedy ? finding.fix + " (postroad doctor --fix does this)" : finding.fix; }

void add_findings(JsonWriter& json, const doctor::Findings& findings) {
  json.begin_array();
  for (const doctor::Finding& finding : findings) {
    json.begin_object().field("group", finding.group).field("check", finding.check);
    json.field("level", finding.level == Level::kFailure ? "fail" : word_of(finding.level)).field("found", finding.found);
    json.field("fix", finding.fix).field("fixable", finding.remedy.has_value()).end_object();
  }
  json.end_array();
}

}  // namespace postroad::app
