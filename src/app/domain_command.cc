// postroad domain dns, check, wait, verify, rotate-dkim: what a domain needs in DNS, and what is there.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/cli.h"
#include "app/commands.h"
#include "app/domain_check.h"
#include "app/domain_records.h"
#include "app/log_query.h"
#include "app/remote.h"
#include "app/store_question.h"

namespace postroad::app {
namespace {

using Mode = DomainArguments::Mode;

constexpr std::chrono::milliseconds kPollEvery{5000};

/// Whom a command asks.
struct Place {
  std::string data_dir;
  ServerOptions options;
};

Result<Place> place_of(const StoreArguments& store) {
  ASSIGN_OR_RETURN(const Settings settings, load_settings(store.config));
  Place place;
  ASSIGN_OR_RETURN(place.options, server_options(settings));
  ASSIGN_OR_RETURN(place.data_dir, find_store(store));
  return place;
}

Result<std::string> ask(const Place& place, const DomainArguments& arguments, const std::string& call, Control::Parameters more = {}) {
  more["name"] = arguments.name;
  more["hostname"] = place.options.hostname;
  return ask_store(place.data_dir, call, more);
}

std::vector<DomainRecord> read_records(const boost::json::value& domain) {
  std::vector<DomainRecord> records;
  for (const boost::json::value& value : domain.at("records").as_array()) {
    const boost::json::object& one = value.as_object();
    records.push_back({text_at(one, "type"), text_at(one, "name"), text_at(one, "value"), text_at(one, "purpose"), one.at("required").as_bool(), text_at(one, "note")});
  }
  return records;
}

int dns(const DomainArguments& arguments, const Place& place) {
  const Result<std::string> answer = ask(place, arguments, "domain_show");
  if (!answer) return report(answer.error());
  const boost::json::value domain = boost::json::parse(*answer);
  if (arguments.json || arguments.format == "json") {
    fmt::print("{}\n", *answer);
  } else if (arguments.format == "zone") {
    fmt::print("{}", zone_text(read_records(domain)));
  } else if (arguments.format == "csv") {
    fmt::print("{}", csv_text(read_records(domain)));
  } else if (arguments.format == "cloudflare") {
    fmt::print("{}", cloudflare_text(read_records(domain)));
  } else if (arguments.format == "terraform") {
    fmt::print("{}", terraform_text(arguments.name, read_records(domain)));
  } else {
    print_records(domain.as_object());
  }
  return kExitDone;
}

void print_check(const DomainArguments& arguments, const DomainCheck& check) {
  if (arguments.json) {
    JsonWriter json;
    json.begin_object().field("name", arguments.name).field("state", check.state).field("ready", check.ready).field("asked", check.zone).key("findings");
    add_findings(json, check.findings);
    json.end_object();
    fmt::print("{}\n", json.text());
    return;
  }
  for (const doctor::Finding& finding : check.findings) print_finding(finding);
  if (!check.zone.empty()) print_done(fmt::format("asked the servers of {} themselves", check.zone));
}

int say_ready(const DomainArguments& arguments, bool ready) {
  if (ready) {
    print_done(fmt::format("{} is ready: what must be in DNS is there", arguments.name));
    return kExitDone;
  }
  print_error(fmt::format("{} is not ready", arguments.name));
  print_hint(fmt::format("postroad domain dns {} shows its records, postroad domain wait {} waits for them", arguments.name, arguments.name));
  return kExitFailed;
}

int check(const DomainArguments& arguments, const Place& place) {
  const Result<DomainCheck> found = check_domain(place.data_dir, place.options, arguments.name);
  if (!found) return report(found.error());
  print_check(arguments, *found);
  return say_ready(arguments, found->ready);
}

int wait(const DomainArguments& arguments, const Place& place) {
  const std::optional<std::chrono::seconds> timeout = read_timeout(arguments.timeout, "--timeout");
  if (!timeout) return kExitUsage;
  const Result<std::unique_ptr<Machine>> machine = Machine::make({});
  if (!machine) return report(machine.error());
  (*machine)->executor().start();
  Waiting waiting(**machine);
  const MonoTime deadline = waiting.mono() + *timeout;
  std::string told;
  for (;;) {
    const Result<DomainCheck> found = check_domain(place.data_dir, place.options, arguments.name);
    if (!found) return report(found.error());
    if (found->ready && found->published) {
      print_check(arguments, *found);
      return say_ready(arguments, true);
    }
    std::string missing;
    for (const doctor::Finding& one : found->findings) {
      if (one.level == doctor::Finding::Level::kFailure || one.found.starts_with("none")) missing += fmt::format("{}: {}\n", one.check, one.found);
    }
    if (missing != told) print_done(missing.substr(0, missing.find_last_not_of('\n') + 1));
    told = missing;
    if (waiting.mono() + kPollEvery >= deadline) {
      print_check(arguments, *found);
      print_error(fmt::format("{} is not ready after {} s", arguments.name, timeout->count()));
      print_hint(found->zone.empty() ? "resolvers keep an answer that there is nothing for minutes: wait longer with --timeout 1h"
                                     : fmt::format("postroad domain dns {} shows its records; whoever has the zone publishes them", arguments.name));
      return kExitTemporary;
    }
    waiting.pause(kPollEvery);
  }
}

/// An active domain stays active: taking mail away from an application is `domain pause`.
int verify(const DomainArguments& arguments, const Place& place) {
  const Result<DomainCheck> found = check_domain(place.data_dir, place.options, arguments.name);
  if (!found) return report(found.error());
  DomainCheck shown = *found;
  if (found->ready && found->state == "unverified") {
    const Result<std::string> changed = ask(place, arguments, "domain_state", {{"state", "active"}});
    if (!changed) return report(changed.error());
    shown.state = "active";
  }
  print_check(arguments, shown);
  if (shown.state == "active" && found->state == "unverified") print_done(fmt::format("{} is active: its mail is taken and delivered", arguments.name));
  if (shown.state == "disabled") print_hint(fmt::format("it is paused: postroad domain resume {}", arguments.name));
  return say_ready(arguments, found->ready);
}

/// Two steps: new keys are made; once their records are seen they sign instead of the old ones.
int rotate(const DomainArguments& arguments, const Place& place) {
  // As those who verify our mail see it, not as the zone has it.
  const Result<DomainCheck> found = check_domain(place.data_dir, place.options, arguments.name, Asked::kResolver);
  if (!found) return report(found.error());
  if (found->pending && !found->published) {
    print_check(arguments, *found);
    print_error("the new keys are not seen in DNS yet; the old ones go on signing");
    print_hint(fmt::format("postroad domain dns {} shows their records", arguments.name));
    return kExitTemporary;
  }
  const Result<std::string> answer = ask(place, arguments, found->pending ? "domain_rotated" : "domain_rotate", {{"selector", arguments.selector}});
  if (!answer) return report(answer.error());
  if (arguments.json) {
    fmt::print("{}\n", *answer);
  } else {
    print_records(boost::json::parse(*answer).as_object());
  }
  print_done(found->pending ? "the new keys sign from now on; keep the records of the old ones while mail they signed may still be read"
                            : "publish the new records, then run this again; the old keys sign until then");
  return kExitDone;
}

}  // namespace

void print_records(const boost::json::object& domain) {
  fmt::print("{}  {}  since {}\n", text_at(domain, "name"), text_at(domain, "state"), text_at(domain, "created_at"));
  for (const boost::json::value& record : domain.at("records").as_array()) {
    const boost::json::object& one = record.as_object();
    const std::string note = text_at(one, "note");
    fmt::print("  {:5} {} {}{}\n      {}\n", text_at(one, "purpose"), text_at(one, "type"), text_at(one, "name"), note.empty() ? "" : tinted(Tint::kFaint, "   # " + note), text_at(one, "value"));
  }
}

int domain_command(const DomainArguments& arguments) {
  const Result<Place> place = place_of(arguments.store);
  if (!place) return place.error().code == ErrorCode::kNotFound ? report(place.error()) : refuse_settings(place.error());
  switch (arguments.mode) {
    case Mode::kDns: return dns(arguments, *place);
    case Mode::kCheck: return check(arguments, *place);
    case Mode::kWait: return wait(arguments, *place);
    case Mode::kVerify: return verify(arguments, *place);
    case Mode::kRotate: return rotate(arguments, *place);
  }
  return kExitFailed;
}

}  // namespace postroad::app
