// postroad queue: what waits, why, and what an operator does about it.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "app/cli.h"
#include "app/commands.h"
#include "app/lane_words.h"
#include "app/rate.h"
#include "app/remote.h"
#include "app/store_question.h"
#include "base/text.h"

namespace postroad::app {
namespace {

namespace json = boost::json;
using Mode = QueueArguments::Mode;

constexpr std::int64_t kTypedAbove = 1000;  ///< So many, and their number has to be typed.

std::int64_t count_at(const json::object& object, std::string_view key) { return static_cast<std::int64_t>(number_at(object, key)); }

int usage(const std::string& error, const std::string& hint) {
  print_error(error);
  print_hint(hint);
  print_docs("docs/operating/cli.md, \"Mail that waits\"");
  return kExitUsage;
}

std::string wait_text(const json::object& lane) {
  const std::int64_t seconds = count_at(lane, "due_in");
  return seconds == 0 ? "now" : "in " + span_words(std::chrono::seconds{seconds});
}

void print_lanes(const std::vector<json::object>& lanes) {
  fmt::print("{:40} {:8} {:>10} {:>10}  {:14} {}\n", "lane", "priority", "recipients", "in flight", "next due", "rule");
  for (const json::object& one : lanes) {
    const std::string rule = text_at(one, "rule");
    fmt::print("{:40} {:8} {:>10} {:>10}  {:14} {}\n", text_at(one, "lane"), text_at(one, "priority"), count_at(one, "recipients"), count_at(one, "in_flight"),
               wait_text(one), rule.empty() ? rule : tinted(Tint::kWarning, rule));
  }
}

void print_rules(const json::object& answer) {
  for (const json::value& value : answer.at("rules").as_array()) {
    const json::object& rule = value.as_object();
    const std::string until = text_at(rule, "until"), reason = text_at(rule, "reason");
    const std::string what = text_at(rule, "action") == "pause" ? "paused" : fmt::format("slowed to {} an hour", text_at(rule, "per_hour"));
    fmt::print("{:10} {}  since {}{}{}\n", tinted(Tint::kWarning, fmt::format("{:10}", what)), text_at(rule, "lane") == "*" ? "every lane" : text_at(rule, "lane"), text_at(rule, "since"),
               until.empty() ? "" : "  until " + until, reason.empty() ? "" : "  " + reason);
  }
}

int list(const QueueArguments& arguments, const std::string& text) {
  const json::value parsed = json::parse(text);
  const json::object& answer = parsed.as_object();
  std::vector<json::object> lanes;
  for (const json::value& lane : answer.at("lanes").as_array()) lanes.push_back(lane.as_object());
  if (arguments.mode == Mode::kTop) {
    std::ranges::sort(lanes, std::greater{}, [](const json::object& one) { return std::pair(count_at(one, "recipients"), text_at(one, "lane")); });
    lanes.resize(std::min(lanes.size(), static_cast<std::size_t>(arguments.limit)));
  }
  if (arguments.json && arguments.mode == Mode::kTop) {
    fmt::print("{}\n", json::serialize(json::object{{"lanes", json::array(lanes.begin(), lanes.end())}}));
  } else if (arguments.json) {
    fmt::print("{}\n", text);
  } else if (arguments.jsonl) {
    for (const json::object& lane : lanes) fmt::print("{}\n", json::serialize(lane));
  } else {
    if (lanes.empty()) print_done("nothing waits");
    if (!lanes.empty()) print_lanes(lanes);
    if (const std::int64_t suspects = count_at(answer, "suspects"); suspects > 0) print_done(fmt::format("{} tried apart: they were being delivered when the server ended", suspects));
    if (const std::int64_t held = count_at(answer, "held"); held > 0) print_done(fmt::format("{} held: `postroad queue held` shows them", held));
  }
  return kExitDone;
}

int held(const QueueArguments& arguments, const std::string& text) {
  if (arguments.json) {
    fmt::print("{}\n", text);
    return kExitDone;
  }
  const json::value parsed = json::parse(text);
  const json::array& all = parsed.at("held").as_array();
  if (all.empty()) print_done("nothing is held");
  for (const json::value& value : all) {
    const json::object& one = value.as_object();
    if (arguments.jsonl) {
      fmt::print("{}\n", json::serialize(value));
    } else {
      fmt::print("{}  to {}: {}\n", text_at(one, "message"), text_at(one, "recipient"), text_at(one, "why"));
    }
  }
  return kExitDone;
}

int summary(const QueueArguments& arguments, const std::string& text) {
  if (arguments.json) {
    json::object short_one = json::parse(text).as_object();
    short_one["lanes"] = static_cast<std::int64_t>(short_one.at("lanes").as_array().size());
    fmt::print("{}\n", json::serialize(short_one));
    return kExitDone;
  }
  const json::value parsed = json::parse(text);
  const json::object& answer = parsed.as_object();
  fmt::print("waiting    {} recipients in {} lanes, {} of them due\n", count_at(answer, "recipients"), answer.at("lanes").as_array().size(), count_at(answer, "due_lanes"));
  fmt::print("in flight  {}{}\n", count_at(answer, "in_flight"), answer.at("running").as_bool() ? "" : "  (the server does not run)");
  if (const std::int64_t suspects = count_at(answer, "suspects"); suspects > 0) {
    fmt::print("suspects   {} tried apart: they were being delivered when the server ended\n", suspects);
  }
  if (const std::int64_t held = count_at(answer, "held"); held > 0) fmt::print("held       {}  (postroad queue held)\n", held);
  print_rules(answer);
  return kExitDone;
}

int explain(const QueueArguments& arguments, const std::string& text) {
  if (arguments.json) {
    fmt::print("{}\n", text);
    return kExitDone;
  }
  const json::value answer = json::parse(text);
  for (const json::value& sentence : answer.at("why").as_array()) fmt::print("{}\n", std::string_view(sentence.as_string()));
  return kExitDone;
}

/// Whether whoever is at the terminal says so; without one, --yes has to.
bool confirmed(std::int64_t count, const std::string& what) {
  if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) return false;
  const bool typed = count > kTypedAbove;
  fmt::print(stderr, "{}. {} ", what, typed ? fmt::format("Type {} to go on:", count) : std::string("Go on? [y/N]"));
  std::string line;
  std::getline(std::cin, line);
  const std::string_view said = trim(line);
  return typed ? said == std::to_string(count) : said == "y" || said == "Y" || said == "yes";
}

/// Which of domain, --message and --all was named; exactly one.
std::optional<Control::Parameters> scope_of(const QueueArguments& arguments) {
  const int named = !arguments.domain.empty() + !arguments.message.empty() + arguments.all;
  if (named != 1) return std::nullopt;
  if (!arguments.message.empty()) {
    std::string id = arguments.message;
    if (id.starts_with('<') && id.ends_with('>')) id = id.substr(1, id.size() - 2);
    return Control::Parameters{{"message", id}};
  }
  return Control::Parameters{{"lane", arguments.all ? "*" : arguments.domain}};
}

int say(const QueueArguments& arguments, const Result<std::string>& answer) {
  if (!answer) return report(answer.error());
  if (arguments.json) {
    fmt::print("{}\n", *answer);
  } else {
    print_done(text_at(json::parse(*answer).as_object(), "message"));
  }
  return kExitDone;
}

int bounce(const QueueArguments& arguments, const std::string& data_dir, Control::Parameters scope) {
  if (!arguments.yes) {
    const Result<std::string> counted = ask_store(data_dir, "queue_count", scope);
    if (!counted) return report(counted.error());
    const std::int64_t count = count_at(json::parse(*counted).as_object(), "recipients");
    const std::string what = fmt::format("{} {} will fail for good, with an event each", count, count == 1 ? "recipient" : "recipients");
    if (!confirmed(count, what)) return usage(what + ": nothing was done", "--yes does it without asking");
  }
  scope["reason"] = arguments.reason;
  return say(arguments, ask_store(data_dir, "queue_bounce", scope));
}

int change(const QueueArguments& arguments, const std::string& data_dir) {
  std::optional<Control::Parameters> scope = scope_of(arguments);
  if (!scope) return usage("name one thing: a domain, or what --help lists instead", "postroad queue list shows the domains");
  if (arguments.mode == Mode::kRetry) return say(arguments, ask_store(data_dir, "queue_retry", *scope));
  if (arguments.mode == Mode::kResume) return say(arguments, ask_store(data_dir, "queue_resume", *scope));
  if (arguments.mode == Mode::kRelease) return say(arguments, ask_store(data_dir, "queue_release", *scope));
  if (arguments.mode == Mode::kBounce) return bounce(arguments, data_dir, *std::move(scope));
  (*scope)["reason"] = arguments.reason;
  if (arguments.mode == Mode::kHold) return say(arguments, ask_store(data_dir, "queue_hold", *scope));
  (*scope)["action"] = arguments.mode == Mode::kSlow ? "slow" : "pause";
  if (arguments.mode == Mode::kSlow) {
    const std::optional<std::int64_t> rate = rate_per_hour(arguments.rate);
    if (!rate) return usage(fmt::format("--rate: {} is no rate such as 1/s, 60/m or 100/h", arguments.rate), "postroad queue slow --help");
    (*scope)["per_hour"] = std::to_string(*rate);
  }
  if (!arguments.duration.empty()) {
    const std::optional<std::chrono::seconds> length = read_timeout(arguments.duration, "--for");
    if (!length) return kExitUsage;
    (*scope)["seconds"] = std::to_string(length->count());
  }
  return say(arguments, ask_store(data_dir, "queue_rule", *scope));
}

}  // namespace

int queue_command(const QueueArguments& arguments) {
  const Result<std::string> data_dir = find_store(arguments.store);
  if (!data_dir && data_dir.error().code != ErrorCode::kNotFound) return refuse_settings(data_dir.error());
  if (!data_dir) return report(data_dir.error());
  const bool reads = arguments.mode <= Mode::kExplain;
  if (!reads) return change(arguments, *data_dir);
  const bool explains = arguments.mode == Mode::kExplain;
  const std::string list_call = arguments.mode == Mode::kHeld ? "queue_held" : "queue";
  const Result<std::string> answer = explains ? ask_store(*data_dir, "queue_explain", {{"domain", arguments.domain}}) : ask_store(*data_dir, list_call, {});
  if (!answer) return report(answer.error());
  switch (arguments.mode) {
    case Mode::kExplain: return explain(arguments, *answer);
    case Mode::kHeld: return held(arguments, *answer);
    case Mode::kSummary: return summary(arguments, *answer);
    default: return list(arguments, *answer);
  }
}

}  // namespace postroad::app
