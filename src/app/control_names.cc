// What things are called, for a shell that completes them. A kind of thing that an operator names is one line of kLists: routes, when
// they are built, are one more.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "app/control_answers.h"
#include "base/json_writer.h"
#include "spool/quarantine.h"

namespace postroad::app {
namespace {

struct Name {
  std::string name;
  std::string about;  ///< A few words, for people.
};
using Names = asio::awaitable<Result<std::vector<Name>>>;

std::string counted(std::int64_t count, std::string_view what) { return fmt::format("{} {}", count, what); }

Names domains(ControlParts parts) {
  std::vector<Name> names;
  for (const account::DomainPtr& one : parts.core.accounts->directory()->domains()) names.push_back({one->name, std::string(account::state_name(one->state))});
  co_return names;
}

Names keys(ControlParts parts) {
  std::vector<Name> names;
  for (const account::ApiKey& one : parts.core.accounts->directory()->all_api_keys()) {
    names.push_back({one.public_id, one.description.empty() ? std::string(account::role_name(one.role)) : fmt::format("{}: {}", account::role_name(one.role), one.description)});
  }
  co_return names;
}

Names logins(ControlParts parts) {
  std::vector<Name> names;
  for (const account::DomainPtr& domain : parts.core.accounts->directory()->domains()) {
    for (const account::Credential& one : parts.core.credentials->of_domain(domain->id)) names.push_back({one.login, {}});
  }
  co_return names;
}

/// Lanes in which something waits or is held, and those for which something is ordered.
Names lanes(ControlParts parts) {
  std::map<std::string, std::int64_t> waiting, held;
  std::map<std::string, std::string> about;
  CO_ASSIGN_OR_RETURN(const std::vector<spool::LaneSummary> lines, parts.core.spool->lanes());
  for (const spool::LaneSummary& one : lines) waiting[one.lane] += one.recipients;
  for (const auto& [lane, count] : waiting) about[lane] = counted(count, "wait");
  const spool::Quarantine quarantine(parts.core.rows());
  CO_ASSIGN_OR_RETURN(const std::vector<spool::HeldRecipient> apart, co_await quarantine.held(RecipientId{0}, kHeldShown));
  for (const spool::HeldRecipient& one : apart) ++held[one.lane];
  for (const auto& [lane, count] : held) about[lane] += (about[lane].empty() ? "" : ", ") + counted(count, "held");
  for (const queue::LaneRule& rule : parts.core.lane_rules->all()) {
    if (rule.lane == queue::LaneRules::kAllLanes) continue;
    const std::string_view word = rule.action == queue::LaneRule::Action::kPause ? "paused" : "slowed";
    about[rule.lane] += (about[rule.lane].empty() ? "" : ", ") + std::string(word);
  }
  std::vector<Name> names;
  for (const auto& [lane, words] : about) names.push_back({lane, words});
  co_return names;
}

Names messages(ControlParts parts) {
  CO_ASSIGN_OR_RETURN(const std::vector<spool::StoredMessage> newest, co_await parts.core.spool->newest(kNamesOfMessages, MessageId{INT64_MAX}));
  std::vector<Name> names;
  for (const spool::StoredMessage& one : newest) {
    names.push_back({one.message.message_id, fmt::format("from {}{}", one.message.sender, one.waiting == 0 ? std::string() : ", " + counted(one.waiting, "wait"))});
  }
  co_return names;
}

/// To whom the newest events are.
Names recipients(ControlParts parts) {
  CO_ASSIGN_OR_RETURN(const std::int64_t last, parts.core.journal->last_sequence_now());
  CO_ASSIGN_OR_RETURN(const std::vector<events::StoredEvent> newest, parts.core.journal->read_now({0, last}, false, kNamesOfEvents));
  std::set<std::string> seen;
  std::vector<Name> names;
  for (const events::StoredEvent& one : newest) {
    if (seen.insert(one.address).second) names.push_back({one.address, std::string(events::event_name(one.type))});
  }
  co_return names;
}

struct List {
  std::string_view of;
  Names (*names)(ControlParts);
};
constexpr List kLists[] = {{"domains", domains}, {"keys", keys}, {"logins", logins}, {"lanes", lanes}, {"messages", messages}, {"recipients", recipients}};

}  // namespace

Answer answer_names(ControlParts parts, ControlParameters parameters) {
  const std::string of = value_of(parameters, "of"), prefix = value_of(parameters, "prefix");
  const auto* const list = std::ranges::find(kLists, of, &List::of);
  if (list == std::end(kLists)) co_return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("there is no list of {}", of));
  CO_ASSIGN_OR_RETURN(const std::vector<Name> names, co_await list->names(parts));
  std::size_t left = kNamesMax;
  JsonWriter json;
  json.begin_object().key("names").begin_array();
  for (const Name& one : names) {
    if (!one.name.starts_with(prefix) || left == 0) continue;
    json.begin_object().field("name", one.name).field("about", one.about).end_object();
    --left;
  }
  json.end_array().end_object();
  co_return json.take();
}

}  // namespace postroad::app
