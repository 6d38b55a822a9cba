// postroad log: what happened, from this machine's store or from a server's events API.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <set>

#include "app/cli.h"
#include "app/log_query.h"
#include "app/remote.h"
#include "app/store_question.h"
#include "net/http/percent.h"

namespace postroad::app {
namespace {

namespace json = boost::json;
using Mode = LogArguments::Mode;

constexpr std::chrono::milliseconds kPollEvery{300};
constexpr std::chrono::seconds kWaitLooksBack{60};
constexpr std::size_t kReadMax = 1000;  ///< newest events that are looked at, of the store or of each domain
constexpr std::size_t kPageMax = 300;
constexpr std::size_t kDomainsMax = 50;

std::string clock_time(double seconds) {
  const auto whole = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char shown[32];
  std::strftime(shown, sizeof shown, "%Y-%m-%d %H:%M:%S", &parts);
  return fmt::format("{}.{:03}", shown, static_cast<int>((seconds - static_cast<double>(whole)) * 1000));
}

/// Events of several domains as one list; those of one moment stay in their order.
void newest_first(std::vector<LogEntry>& entries) {
  std::vector<std::pair<double, std::size_t>> places;
  for (std::size_t i = 0; i < entries.size(); ++i) places.emplace_back(-entries[i].time(), i);
  std::ranges::sort(places);
  std::vector<LogEntry> sorted;
  sorted.reserve(entries.size());
  for (const auto& [time, i] : places) sorted.push_back(std::move(entries[i]));
  entries = std::move(sorted);
}

/// Where events come from: newest first, at most kReadMax of each place.
class Source {
 public:
  static Result<Source> of(const LogArguments& arguments) {
    Source source;
    const bool local = !arguments.store.config.empty() || !arguments.store.data_dir.empty();
    if (!local && Remote::is_named(arguments.remote)) {
      ASSIGN_OR_RETURN(source.remote_, Remote::at(arguments.remote));
      RETURN_IF_ERROR(source.find_domains(arguments.domain));
      return source;
    }
    ASSIGN_OR_RETURN(source.data_dir_, find_store(arguments.store));
    return source;
  }

  Result<std::vector<LogEntry>> newest(const LogQuery& query) {
    return remote_ != nullptr ? newest_remote() : newest_local(query.hint());
  }
  /// The story of the one message that `text` names, oldest first.
  Result<std::vector<LogEntry>> story(const std::string& text) {
    if (remote_ == nullptr) {
      ASSIGN_OR_RETURN(std::vector<LogEntry> entries, newest_local(text));
      std::ranges::reverse(entries);
      return entries;
    }
    ASSIGN_OR_RETURN(std::vector<LogEntry> all, newest_remote());
    std::erase_if(all, [&text](const LogEntry& entry) { return entry.message_id() != text; });
    std::ranges::reverse(all);
    return all;
  }

 private:
  Result<void> find_domains(const std::string& wanted) {
    if (!wanted.empty()) {
      domains_ = {wanted};
      return {};
    }
    ASSIGN_OR_RETURN(const json::object answer, remote_->get(fmt::format("/v3/domains?limit={}", kDomainsMax)));
    for (const json::value& domain : answer.at("items").as_array()) domains_.push_back(text_at(domain.as_object(), "name"));
    return {};
  }

  Result<std::vector<LogEntry>> newest_local(const std::string& text) {
    ASSIGN_OR_RETURN(const std::string answer, ask_store(data_dir_, "log", {{"text", text}, {"limit", std::to_string(kReadMax)}}));
    const json::value parsed = json::parse(answer);
    std::vector<LogEntry> entries;
    for (const json::value& one : parsed.at("events").as_array()) {
      const json::object& entry = one.as_object();
      entries.push_back({entry.at("event").as_object(), text_at(entry, "type"), text_at(entry, "transcript"), text_at(entry, "sequence")});
    }
    if (parsed.at("story").as_bool()) std::ranges::reverse(entries);  // Which comes oldest first.
    return entries;
  }

  Result<std::vector<LogEntry>> newest_remote() {
    std::vector<LogEntry> entries;
    for (const std::string& domain : domains_) RETURN_IF_ERROR(read_domain(domain, entries));
    newest_first(entries);
    return entries;
  }

  Result<void> read_domain(const std::string& domain, std::vector<LogEntry>& into) {
    std::string path = fmt::format("/v3/{}/events?limit={}", net::http::percent_encode(domain), kPageMax);
    for (std::size_t read = 0; read < kReadMax;) {
      ASSIGN_OR_RETURN(const json::object page, remote_->get(path));
      const json::array& items = page.at("items").as_array();
      for (const json::value& item : items) {
        const json::object& event = item.as_object();
        into.push_back({event, text_at(event, "event"), {}, text_at(event, "id")});
      }
      read += items.size();
      if (items.size() < kPageMax) return {};
      ASSIGN_OR_RETURN(path, Remote::path_of(text_at(page.at("paging").as_object(), "next")));
    }
    return {};
  }

  std::unique_ptr<Remote> remote_;
  std::vector<std::string> domains_;
  std::string data_dir_;
};

void print_entry(const LogEntry& entry, bool with_transcript) {
  const json::object* status = object_at(entry.event, "delivery-status");
  std::string detail;
  if (status != nullptr) {
    detail = fmt::format("{} {} {}", text_at(*status, "code"), text_at(*status, "enhanced-code"), text_at(*status, "message"));
  }
  if (entry.event.contains("severity")) {
    detail = fmt::format("{} {}  {}", text_at(entry.event, "severity"), text_at(entry.event, "reason"), detail);
  }
  fmt::print("{}  {:10}  {}  \"{}\"  {}\n", clock_time(entry.time()), entry.type, text_at(entry.event, "recipient"), entry.subject(), detail);
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

void print_all(const LogArguments& arguments, const std::vector<LogEntry>& entries, bool story) {
  if (arguments.json) {
    std::string list;
    for (const LogEntry& entry : entries) list += (list.empty() ? "" : ",") + as_json(entry);
    fmt::print("{{\"story\":{},\"events\":[{}]}}\n", story, list);
    return;
  }
  for (const LogEntry& entry : entries) {
    if (arguments.jsonl) {
      fmt::print("{}\n", as_json(entry));
    } else {
      print_entry(entry, story);
    }
  }
}

int nothing() {
  fmt::print(stderr, "nothing matches\n");
  return kExitNotFound;
}

bool is_one_story(const std::vector<LogEntry>& entries) {
  std::set<std::string> ids;
  for (const LogEntry& entry : entries) ids.insert(entry.message_id());
  return ids.size() == 1;
}

int list(const LogArguments& arguments, Source& source, const LogQuery& query) {
  Result<std::vector<LogEntry>> entries = source.newest(query);
  if (!entries) return report(entries.error());
  std::erase_if(*entries, [&query](const LogEntry& entry) { return !query.matches(entry); });
  // A text that only one message has: its whole story, as the store tells it.
  const bool story = !arguments.query.empty() && arguments.event.empty() && !entries->empty() && is_one_story(*entries);
  if (story) {
    if (Result<std::vector<LogEntry>> told = source.story(entries->front().message_id()); told && !told->empty()) entries = std::move(told);
  }
  if (entries->empty() && arguments.json) print_all(arguments, {}, false);
  if (entries->empty()) return nothing();
  if (!story && std::ssize(*entries) > arguments.limit) entries->resize(static_cast<std::size_t>(arguments.limit));
  print_all(arguments, *entries, story);
  return kExitDone;
}

int show(const LogArguments& arguments, Source& source) {
  std::string id = arguments.query.front();
  if (id.starts_with('<') && id.ends_with('>')) id = id.substr(1, id.size() - 2);
  const Result<std::vector<LogEntry>> entries = source.story(id);
  if (!entries) return report(entries.error());
  if (entries->empty()) return nothing();
  if (!is_one_story(*entries)) {
    print_error(fmt::format("{} stands in more than one message; name its Message-Id", id));
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
    fmt::print("{}  {}  {}\n{}", clock_time(entry.time()), entry.type, text_at(entry.event, "recipient"), entry.transcript);
  }
  if (any) return kExitDone;
  print_error("there is no conversation");
  print_hint("conversations are read on the server's own machine, and begin with the first attempt");
  return kExitNotFound;
}

/// What comes from now on, or from --since on, until it is interrupted.
int follow(const LogArguments& arguments, Source& source, const LogQuery& query, Waiting& waiting) {
  std::set<std::string> seen;
  for (bool first = true;; first = false) {
    Result<std::vector<LogEntry>> entries = source.newest(query);
    if (!entries && exit_code_of(entries.error()) != kExitTemporary) return report(entries.error());
    if (entries) {
      std::ranges::reverse(*entries);
      std::set<std::string> now;
      for (const LogEntry& entry : *entries) {
        now.insert(entry.place);
        const bool is_new = !seen.contains(entry.place) && (!first || !arguments.since.empty());
        if (!is_new || !query.matches(entry)) continue;
        if (arguments.json || arguments.jsonl) {
          fmt::print("{}\n", as_json(entry));
        } else {
          print_entry(entry, false);
        }
      }
      seen = std::move(now);
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
    const Result<std::vector<LogEntry>> entries = source.newest(query);
    if (!entries) return report(entries.error());
    for (const LogEntry& entry : *entries) {
      if (!query.matches(entry)) continue;
      if (arguments.json) {
        fmt::print("{}\n", as_json(entry));
      } else {
        print_entry(entry, false);
      }
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
    case Mode::kTrace: return show(arguments, *source);
    case Mode::kWait: return wait(arguments, *source, *std::move(query), waiting);
  }
  return kExitFailed;
}

}  // namespace postroad::app
