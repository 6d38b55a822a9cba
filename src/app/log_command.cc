// postroad log: what happened, from this machine's store or from a server's events API.
#include <fmt/format.h>

#include <algorithm>

#include "app/cli.h"
#include "app/log_columns.h"
#include "app/log_source.h"
#include "app/remote.h"

namespace postroad::app {
namespace {

namespace json = boost::json;
using Mode = LogArguments::Mode;
using Source = LogSource;

constexpr std::chrono::milliseconds kPollEvery{300};
constexpr std::chrono::seconds kWaitLooksBack{60};

Tint tint_of(const LogEntry& entry) {
  if (entry.type == "delivered") return Tint::kGood;
  if (entry.type == "rejected") return Tint::kBad;
  if (entry.type == "failed") return text_at(entry.event, "severity") == "temporary" ? Tint::kWarning : Tint::kBad;
  return Tint::kFaint;
}

void print_entry(const LogEntry& entry, bool with_transcript) {
  const json::object* status = object_at(entry.event, "delivery-status");
  std::string detail;
  if (status != nullptr) {
    detail = fmt::format("{} {} {}", text_at(*status, "code"), text_at(*status, "enhanced-code"), text_at(*status, "message"));
  }
  if (entry.event.contains("severity")) {
    detail = fmt::format("{} {}  {}", text_at(entry.event, "severity"), text_at(entry.event, "reason"), detail);
  }
  fmt::print("{}  {}  {}  \"{}\"  {}\n", time_text(entry.time()), tinted(tint_of(entry), fmt::format("{:10}", entry.type)), text_at(entry.event, "recipient"), entry.subject(), detail);
  if (!with_transcript) return;
  fmt::print("    id <{}>\n", entry.message_id());
  std::size_t start = 0;
  while (start < entry.transcript.size()) {
    const std::size_t end = std::min(entry.transcript.find('\n', start), entry.transcript.size());
    fmt::print("    {}\n", entry.transcript.substr(start, end - start));
    start = end + 1;
  }
}

std::string as_json(const LogEntry& entry) {
  json::object object{{"event", entry.event}, {"recipient", text_at(entry.event, "recipient")}, {"type", entry.type}, {"time", entry.time()}};
  if (!entry.transcript.empty()) object["transcript"] = entry.transcript;
  return json::serialize(object);
}

/// As one line, in the form that was asked for.
void print_line(const LogArguments& arguments, const LogEntry& entry) {
  if (arguments.json || arguments.jsonl) {
    fmt::print("{}\n", as_json(entry));
  } else if (!arguments.columns.empty()) {
    fmt::print("{}\n", columns_text(entry, arguments.columns));
  } else {
    print_entry(entry, false);
  }
}

void print_all(const LogArguments& arguments, const std::vector<LogEntry>& entries, bool story) {
  if (arguments.json) {
    std::string list;
    for (const LogEntry& entry : entries) list += (list.empty() ? "" : ",") + as_json(entry);
    fmt::print("{{\"story\":{},\"events\":[{}]}}\n", story, list);
    return;
  }
  for (const LogEntry& entry : entries) {
    if (arguments.jsonl || !arguments.columns.empty()) {
      print_line(arguments, entry);
    } else {
      print_entry(entry, story);
    }
  }
}

int nothing() {
  print_done("nothing matches");
  return kExitNotFound;
}

void say_what_was_cut(const Source::Found& found) {
  for (const std::string& domain : found.cut) {
    print_hint(fmt::format("of {} the newest {} events were looked at; older ones with before:, or on the server's own machine", domain, Source::kRemoteReadMax));
  }
}

int list(const LogArguments& arguments, Source& source, const LogQuery& query) {
  // A text that only one message has: its whole story, as the store tells it.
  const bool may_be_story = !arguments.query.empty() && arguments.event.empty();
  Result<Source::Found> found = source.newest(query, may_be_story ? Source::kReadMax : static_cast<std::size_t>(arguments.limit), may_be_story);
  if (!found) return report(found.error());
  say_what_was_cut(*found);
  std::vector<LogEntry>& entries = found->entries;
  if (entries.empty() && arguments.json) print_all(arguments, {}, false);
  if (entries.empty()) return nothing();
  if (!found->story && std::ssize(entries) > arguments.limit) entries.resize(static_cast<std::size_t>(arguments.limit));
  print_all(arguments, entries, found->story);
  return kExitDone;
}

int show(const LogArguments& arguments, Source& source, const LogQuery& query) {
  const Result<Source::Found> found = source.newest(query, Source::kReadMax, true);
  if (!found) return report(found.error());
  say_what_was_cut(*found);
  const std::vector<LogEntry>* const entries = &found->entries;
  if (entries->empty()) return nothing();
  if (!found->story) {
    print_error(fmt::format("{} stands in more than one message; name its Message-Id", arguments.query.front()));
    return kExitFailed;
  }
  if (arguments.mode == Mode::kShow || arguments.json) {
    print_all(arguments, *entries, true);
    return kExitDone;
  }
  bool any = false;
  for (const LogEntry& entry : *entries) {
    if (entry.transcript.empty()) continue;
    any = true;
    fmt::print("{}  {}  {}\n{}", time_text(entry.time()), entry.type, text_at(entry.event, "recipient"), entry.transcript);
  }
  if (any) return kExitDone;
  print_error("there is no conversation");
  print_hint("conversations are read on the server's own machine, and begin with the first attempt");
  return kExitNotFound;
}

/// What comes from now on, or from --since on, until it is interrupted.
int follow(const LogArguments& arguments, Source& source, const LogQuery& query, Waiting& waiting) {
  for (bool first = true;; first = false) {
    const Result<std::vector<LogEntry>> entries = source.next(query, first && arguments.since.empty());
    if (!entries && exit_code_of(entries.error()) != kExitTemporary) return report(entries.error());
    if (entries) {
      for (const LogEntry& entry : *entries) print_line(arguments, entry);
      std::fflush(stdout);
    }
    waiting.pause(kPollEvery);
  }
}

int wait(const LogArguments& arguments, Source& source, LogQuery query, Waiting& waiting) {
  const std::optional<std::chrono::seconds> timeout = read_timeout(arguments.timeout, "--timeout");
  if (!timeout) return kExitUsage;
  if (arguments.since.empty()) query.since(waiting.now() - kWaitLooksBack);
  const MonoTime deadline = waiting.mono() + *timeout;
  for (;;) {
    const Result<Source::Found> found = source.newest(query, 1, false);
    if (!found) return report(found.error());
    for (const LogEntry& entry : found->entries) {
      print_line(arguments, entry);
      return kExitDone;
    }
    if (waiting.mono() >= deadline) {
      print_error(fmt::format("no such event within {} s", timeout->count()));
      return kExitNotFound;
    }
    waiting.pause(kPollEvery);
  }
}

}  // namespace

int log_command(const LogArguments& arguments) {
  if (!knows_columns(arguments.columns)) return kExitUsage;
  const Result<std::unique_ptr<Machine>> machine = Machine::make({});
  if (!machine) return report(machine.error());
  (*machine)->executor().start();
  Waiting waiting(**machine);
  Result<LogQuery> query = LogQuery::parse(arguments, waiting.now());
  if (!query) {
    print_error(query.error().detail);
    return kExitUsage;
  }
  Result<Source> source = Source::of(arguments);
  if (!source) return report(source.error());
  switch (arguments.mode) {
    case Mode::kList: return arguments.follow ? follow(arguments, *source, *query, waiting) : list(arguments, *source, *query);
    case Mode::kShow:
    case Mode::kTrace: return show(arguments, *source, *query);
    case Mode::kWait: return wait(arguments, *source, *std::move(query), waiting);
  }
  return kExitFailed;
}

}  // namespace postroad::app
