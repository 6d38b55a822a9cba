#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

#include "app/cli.h"
#include "app/commands.h"
#include "app/control_socket.h"
#include "app/machine.h"

namespace postroad::app {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(value->get_string());
  return json::serialize(*value);
}

std::int64_t number_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

std::string clock_time(double seconds) {
  const auto whole = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char shown[32];
  std::strftime(shown, sizeof shown, "%Y-%m-%d %H:%M:%S", &parts);
  return fmt::format("{}.{:03}", shown, static_cast<int>((seconds - static_cast<double>(whole)) * 1000));
}

void print_event(const json::object& entry, bool with_transcript) {
  const json::object& event = entry.at("event").as_object();
  const json::object* status = event.contains("delivery-status") ? event.at("delivery-status").if_object() : nullptr;
  std::string detail;
  if (status != nullptr) {
    detail = fmt::format("{} {} {}", text_of(*status, "code"), text_of(*status, "enhanced-code"), text_of(*status, "message"));
  }
  if (event.contains("severity")) detail = fmt::format("{} {}  {}", text_of(event, "severity"), text_of(event, "reason"), detail);
  std::string subject;
  std::string id;
  if (event.contains("message")) {
    const json::object& headers = event.at("message").at("headers").as_object();
    subject = text_of(headers, "subject");
    id = text_of(headers, "message-id");
  }
  fmt::print("{}  {:10}  {}  \"{}\"  {}\n", clock_time(entry.at("time").to_number<double>()), text_of(entry, "type"),
             text_of(entry, "recipient"), subject, detail);
  if (!with_transcript) return;
  fmt::print("    id <{}>\n", id);
  const std::string transcript = text_of(entry, "transcript");
  std::size_t start = 0;
  while (start < transcript.size()) {
    const std::size_t end = std::min(transcript.find('\n', start), transcript.size());
    fmt::print("    {}\n", transcript.substr(start, end - start));
    start = end + 1;
  }
}

int print_log(const json::object& answer) {
  const bool story = answer.at("story").as_bool();
  const json::array& events = answer.at("events").as_array();
  if (events.empty()) {
    fmt::print(stderr, "nothing matches\n");
    return kExitNotFound;
  }
  for (const json::value& event : events) print_event(event.as_object(), story);
  return kExitDone;
}

int print_queue(const json::object& answer) {
  const json::array& lanes = answer.at("lanes").as_array();
  if (lanes.empty()) fmt::print("nothing waits\n");
  if (!lanes.empty()) fmt::print("{:40} {:>10} {:>10}  next due\n", "lane", "recipients", "in flight");
  for (const json::value& lane : lanes) {
    const json::object& one = lane.as_object();
    fmt::print("{:40} {:>10} {:>10}  {}\n", text_of(one, "lane"), number_of(one, "recipients"),
               number_of(one, "in_flight"), text_of(one, "next_due"));
  }
  return kExitDone;
}

int print_audit(const json::object& answer) {
  const bool balanced = answer.at("balanced").as_bool();
  fmt::print("accepted {}  =  ended {}  +  waiting {}\n", number_of(answer, "accepted"), number_of(answer, "ended"),
             number_of(answer, "waiting"));
  fmt::print("lost {}, ended twice {}, ended and waiting {}: {}\n", number_of(answer, "lost"),
             number_of(answer, "ended_twice"), number_of(answer, "ended_and_waiting"),
             balanced ? "balanced" : "NOT BALANCED, please report this");
  return balanced ? kExitDone : kExitFailed;
}

int print_domain(const json::object& domain) {
  fmt::print("{}  {}  since {}\n", text_of(domain, "name"), text_of(domain, "state"), text_of(domain, "created_at"));
  for (const json::value& record : domain.at("records").as_array()) {
    const json::object& one = record.as_object();
    fmt::print("  {} {}\n      {}\n", text_of(one, "type"), text_of(one, "name"), text_of(one, "value"));
  }
  return kExitDone;
}

int print_answer(const std::string& call, const json::object& answer) {
  if (call == "log") return print_log(answer);
  if (call == "queue") return print_queue(answer);
  if (call == "audit") return print_audit(answer);
  if (call == "domain_list") {
    for (const json::value& domain : answer.at("domains").as_array()) print_domain(domain.as_object());
    return kExitDone;
  }
  if (call == "key_create") {
    fmt::print("{}\n", text_of(answer, "secret"));
    fmt::print(stderr, "API key {} ({}); it is shown only now\n", text_of(answer, "id"), text_of(answer, "role"));
    return kExitDone;
  }
  if (answer.contains("records")) return print_domain(answer);
  fmt::print("{}\n", text_of(answer, "message"));
  return kExitDone;
}

/// In this process: no server has the store.
Result<std::string> ask_offline(net::AsioExecutor& executor, Core& core, const OperatorArguments& arguments) {
  executor.start();
  Control control(core, nullptr);
  Result<std::string> answer = executor.run_on(0, control.call(arguments.call, arguments.parameters));
  executor.run_on(0, core.store->stop());
  executor.stop();
  return answer;
}

/// Whoever has the store answers: the running server, or this process after opening it.
Result<std::string> ask(const std::string& data_dir, const OperatorArguments& arguments) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Machine> machine, Machine::make({}));
  Result<std::unique_ptr<Core>> core = open_core(machine->world(), {.data_dir = data_dir});
  if (core) return ask_offline(machine->executor(), **core, arguments);
  if (core.error().code != ErrorCode::kConflict) return std::unexpected(std::move(core).error());
  return ask_running_server(data_dir, arguments.call, arguments.parameters);
}

int exit_code_of(const Error& error) {
  if (error.code == ErrorCode::kNotFound) return kExitNotFound;
  if (error.code == ErrorCode::kConnectionLost) return kExitUnreachable;
  return error.permanence == Permanence::kTransient ? kExitTemporary : kExitFailed;
}

}  // namespace

int operator_command(const OperatorArguments& arguments) {
  const Result<Settings> settings = load_settings(arguments.config);
  if (!settings) {
    print_error(settings.error().detail);
    return kExitUsage;
  }
  const std::string data_dir = arguments.data_dir.empty() ? settings->text("server.data_dir") : arguments.data_dir;
  storage::RealDisk disk;
  if (!disk.exists(data_dir + "/postroad.db").value_or(false)) {
    print_error(fmt::format("there is no store in {}; name it with --config or --data-dir", data_dir));
    return kExitNotFound;
  }
  const Result<std::string> answer = ask(data_dir, arguments);
  if (!answer) {
    print_error(answer.error().detail);
    return exit_code_of(answer.error());
  }
  if (arguments.json) {
    fmt::print("{}\n", *answer);
    return kExitDone;
  }
  return print_answer(arguments.call, json::parse(*answer).as_object());
}

}  // namespace postroad::app
