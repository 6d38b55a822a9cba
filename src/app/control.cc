#include "app/control.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/control_answers.h"
#include "mail/date.h"

namespace postroad::app {
namespace {

struct Question {
  std::string_view name;
  Answer (*answer)(ControlParts, ControlParameters);
};

constexpr Question kQuestions[] = {
    {"log", answer_log},
    {"queue", answer_queue},
    {"audit", answer_audit},
    {"sample", answer_sample},
    {"config_reload", config_reload},
    {"domain_add", domain_add},
    {"domain_list", domain_list},
    {"domain_show", domain_show},
    {"domain_state", domain_state},
    {"domain_rotate", domain_rotate},
    {"domain_rotated", domain_rotated},
    {"domain_probe", domain_probe},
    {"domain_remove", domain_remove},
    {"key_create", key_create},
    {"key_list", key_list},
    {"key_revoke", key_revoke},
    {"credential_create", credential_create},
    {"credential_list", credential_list},
    {"credential_delete", credential_delete},
};

}  // namespace

asio::awaitable<Result<std::string>> Control::call(std::string name, Parameters parameters) {
  const auto* const found = std::ranges::find(kQuestions, name, &Question::name);
  if (found == std::end(kQuestions)) co_return fail_permanent(ErrorCode::kNotFound, fmt::format("unknown question: {}", name));
  co_return co_await found->answer(parts_, std::move(parameters));
}

std::string value_of(const ControlParameters& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string() : found->second;
}

std::string shown(WallTime time) {
  return mail::format_date_gmt(std::chrono::time_point_cast<std::chrono::seconds>(time));
}

<<<<<<< HEAD
void add_domain(JsonWriter& json, const account::Domain& domain) {
  json.begin_object().field("name", domain.name).field("state", account::state_name(domain.state));
  json.field("created_at", shown(domain.created)).key("records").begin_array();
  for (const account::DkimKeyRecord& key : domain.dkim_keys) {
    json.begin_object().field("type", "TXT").field("name", fmt::format("{}._domainkey.{}", key.selector, domain.name));
    json.field("value", key.dns_value).end_object();
  }
  json.end_array().end_object();
}

void add_event(JsonWriter& json, const events::StoredEvent& event) {
  json.begin_object().key("event").raw(events::with_timestamp(event.body, event.time));
  json.field("sequence", event.sequence).field("recipient", event.address).field("type", events::event_name(event.type));
  json.key("time").decimal(static_cast<double>(event.time.time_since_epoch().count()) / 1e6, 6);
  if (!event.transcript.empty()) json.field("transcript", event.transcript);
  json.end_object();
}

void add_row(JsonWriter& json, const search::EventRow& row) {
  search::EventFields fields;
  fields.set(row.body);
  events::StoredEvent event{.sequence = row.sequence, .time = WallTime{std::chrono::microseconds{row.time}}, .type = row.type};
  event.address = fields.text({"recipient"});
  event.body = row.body;
  add_event(json, event);
}

/// By Message-Id, which every event shows.
bool is_one_message(const std::vector<search::EventRow>& rows) {
  std::set<std::string> ids;
  search::EventFields fields;
  for (const search::EventRow& row : rows) {
    fields.set(row.body);
    ids.emplace(fields.text({"message", "headers", "message-id"}));
    if (ids.size() > 1) return false;
  }
  return ids.size() == 1;
}

}  // namespace

asio::awaitable<Result<std::string>> Control::call(std::string name, Parameters parameters) {
  if (name == "log") co_return co_await log(parameters);
  if (name == "queue") co_return co_await queue();
  if (name == "audit") co_return co_await audit();
  if (name == "sample") co_return co_await sample();
  if (name == "domain_add") co_return co_await domain_add(parameters);
  if (name == "domain_list") co_return domain_list();
  if (name == "domain_dns") co_return domain_dns(parameters);
  if (name == "domain_probe") co_return domain_probe();
  if (name == "domain_remove") {
    Result<void> removed = co_await core_.accounts->delete_domain(value_of(parameters, "name"));
    if (!removed) co_return std::unexpected(std::move(removed).error());
    co_return R"({"message":"Domain has been deleted"})";
  }
  if (name == "key_create") co_return co_await key_create(parameters);
  if (name == "key_list") co_return key_list();
  if (name == "key_revoke") {
    Result<void> revoked = co_await core_.accounts->revoke_api_key(value_of(parameters, "id"));
    if (!revoked) co_return std::unexpected(std::move(revoked).error());
    co_return R"({"message":"API key has been revoked"})";
  }
  if (name == "credential_create") co_return co_await credential_create(parameters);
  if (name == "credential_list") co_return credential_list(parameters);
  if (name == "credential_delete") co_return co_await credential_delete(parameters);
  co_return fail_permanent(ErrorCode::kNotFound, fmt::format("unknown question: {}", name));
}

/// Events that have all the terms (LogCondition), of everything retained: the newest first or, with `after`, those behind this
/// sequence, oldest first. When all that match belong to one message and it is asked for, its whole story with the conversations.
/// `last`: everything up to this sequence has been looked at, unless `limit` cut it off.
asio::awaitable<Result<std::string>> Control::log(const Parameters& parameters) {
  std::vector<std::string> terms;
  for (const std::string_view term : split(value_of(parameters, "terms"), '\n')) terms.emplace_back(term);
  CO_ASSIGN_OR_RETURN(LogCondition parsed, LogCondition::parse(terms, core_.clock.wall()));
  const auto condition = std::make_shared<const LogCondition>(std::move(parsed));
  const std::optional<std::int64_t> after = parse_int(value_of(parameters, "after"));
  const std::int64_t limit = std::clamp<std::int64_t>(parse_int(value_of(parameters, "limit")).value_or(50), 1, kLogLimitMax);
  CO_ASSIGN_OR_RETURN(const std::int64_t last, core_.journal->last_sequence_now());
  search::Query query{.domains = {}, .begin = condition->begin(), .end = condition->end(), .after = after.value_or(0), .before = last + 1,
                      .ascending = after.has_value(), .limit = static_cast<std::size_t>(limit)};
  CO_ASSIGN_OR_RETURN(const std::vector<search::EventRow> found, co_await search_.find(std::move(query), condition));

  std::vector<events::StoredEvent> story;
  const bool wants_story = !value_of(parameters, "story").empty() && !found.empty() && std::ssize(found) < kLogLimitMax;
  if (wants_story && is_one_message(found)) {
    CO_ASSIGN_OR_RETURN(story, co_await story_of(found.front().sequence));
  }
  JsonWriter json;
  json.begin_object().field("story", !story.empty()).field("last", last).key("events").begin_array();
  for (const events::StoredEvent& event : story) add_event(json, event);
  if (story.empty()) {
    for (const search::EventRow& row : found) add_row(json, row);
  }
  json.end_array().end_object();
  co_return json.take();
}

/// Everything of the message that the event at `sequence` is of.
asio::awaitable<Result<std::vector<events::StoredEvent>>> Control::story_of(std::int64_t sequence) {
  CO_ASSIGN_OR_RETURN(const std::vector<events::StoredEvent> one, core_.journal->read_now({sequence - 1, sequence}, true, 1));
  if (one.empty()) co_return std::vector<events::StoredEvent>{};
  co_return co_await core_.journal->of_message(MessageId{one.front().message});
}

asio::awaitable<Result<std::string>> Control::queue() {
  Result<std::vector<spool::LaneSummary>> lanes = core_.spool->lanes();
  if (!lanes) co_return std::unexpected(std::move(lanes).error());
  std::vector<queue::LaneView> live;
  if (queue_ != nullptr) live = co_await queue_->view();
  std::int64_t total = 0;
  JsonWriter json;
  json.begin_object().field("running", queue_ != nullptr).key("lanes").begin_array();
  for (const spool::LaneSummary& lane : *lanes) {
    total += lane.recipients;
    const auto view = std::ranges::find_if(live, [&lane](const queue::LaneView& one) {
      return one.lane == lane.lane && one.priority == lane.priority;
    });
    json.begin_object().field("lane", lane.lane).field("priority", spool::priority_name(lane.priority)).field("recipients", lane.recipients);
    json.field("in_flight", static_cast<std::int64_t>(view == live.end() ? 0 : view->in_flight));
    json.field("next_due", shown(lane.next_due)).end_object();
  }
  json.end_array().field("recipients", total).end_object();
  co_return json.take();
}

asio::awaitable<Result<std::string>> Control::audit() {
  Result<events::Audit> audit = co_await core_.journal->audit();
  if (!audit) co_return std::unexpected(std::move(audit).error());
  JsonWriter json;
  json.begin_object().field("accepted", audit->accepted).field("ended", audit->ended).field("waiting", audit->waiting);
  json.field("lost", audit->lost).field("ended_twice", audit->ended_twice);
  json.field("ended_and_waiting", audit->ended_and_waiting).field("balanced", audit->balanced()).end_object();
  co_return json.take();
}

/// Reads and verifies the content of the newest messages.
asio::awaitable<Result<std::string>> Control::sample() {
  CO_ASSIGN_OR_RETURN(const std::vector<spool::StoredMessage> newest, co_await core_.spool->newest(kSampledMax, MessageId{INT64_MAX}));
  std::int64_t verified = 0;
  std::vector<std::string> damaged;
  std::function<void()> work = [&] {
    std::size_t bytes = 0;
    for (const spool::StoredMessage& one : newest) {
      const Result<std::shared_ptr<const std::string>> content = core_.spool->content(one.message);
      if (!content) {
        damaged.push_back(content.error().detail);
        continue;
      }
      ++verified;
      bytes += (*content)->size();
      if (bytes > kSampledBytesMax) return;
    }
  };
  co_await core_.executor.run_blocking("search", std::move(work));
  JsonWriter json;
  json.begin_object().field("verified", verified).key("damaged").begin_array();
  for (const std::string& what : damaged) json.string(what);
  json.end_array().end_object();
  co_return json.take();
}

asio::awaitable<Result<std::string>> Control::domain_add(const Parameters& parameters) {
  account::NewDomain wanted{.name = value_of(parameters, "name"), .dkim_selector = value_of(parameters, "selector")};
  Result<account::DomainPtr> made = co_await core_.accounts->create_domain(std::move(wanted));
  if (!made) co_return std::unexpected(std::move(made).error());
  JsonWriter json;
  add_domain(json, **made);
  co_return json.take();
}

Result<std::string> Control::domain_list() {
  JsonWriter json;
  json.begin_object().key("domains").begin_array();
  for (const account::DomainPtr& domain : core_.accounts->directory()->domains()) add_domain(json, *domain);
  json.end_array().end_object();
  return json.take();
}

Result<std::string> Control::domain_dns(const Parameters& parameters) {
  const account::DomainPtr domain = core_.accounts->directory()->domain(value_of(parameters, "name"));
  if (domain == nullptr) return fail_permanent(ErrorCode::kNotFound, "Domain not found");
  JsonWriter json;
  add_domain(json, *domain);
  return json.take();
}

/// Every domain, and a message that is signed with its keys as its mail is: for `postroad doctor`.
Result<std::string> Control::domain_probe() {
  const std::vector<account::DomainPtr> all = core_.accounts->directory()->domains();
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(core_.clock.wall());
  JsonWriter json;
  json.begin_object().field("running", queue_ != nullptr).field("total", static_cast<std::int64_t>(all.size())).key("domains").begin_array();
  for (const account::DomainPtr& domain : all | std::views::take(kProbesMax)) {
    std::string probe = fmt::format("From: probe@{}\r\nSubject: probe\r\nDate: {}\r\n\r\nprobe\r\n", domain->name, mail::format_date(now));
    const std::string content = probe;
    const mail::HeaderBlock header = mail::HeaderBlock::scan(content);
    json.begin_object().field("name", domain->name).key("records").begin_array();
    for (const account::DkimKeyRecord& record : domain->dkim_keys) {
      json.begin_object().field("selector", record.selector).field("name", fmt::format("{}._domainkey.{}", record.selector, domain->name));
      json.field("value", record.dns_value).end_object();
      ASSIGN_OR_RETURN(const mail::DkimKey key, mail::DkimKey::from_pem(record.private_pem));
      const mail::DkimSigning signing{.domain = domain->name, .selector = record.selector, .now = now};
      ASSIGN_OR_RETURN(const std::string field, mail::dkim_signature(key, signing, header, mail::body_hash(header.body())));
      probe.insert(0, field);
    }
    json.end_array().field("probe", probe).end_object();
  }
  json.end_array().end_object();
  return json.take();
}

asio::awaitable<Result<std::string>> Control::key_create(const Parameters& parameters) {
  using enum account::KeyRole;
  const std::string wanted = value_of(parameters, "role");
  account::KeyRole role = kAdmin;
  for (const account::KeyRole one : {kAdmin, kDeveloper, kBasic, kSending}) {
    if (account::role_name(one) == wanted) role = one;
  }
  if (!wanted.empty() && account::role_name(role) != wanted) {
    co_return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("there is no role {}", wanted));
  }
  Result<account::NewApiKey> made = co_await core_.accounts->create_api_key(role, value_of(parameters, "description"));
  if (!made) co_return std::unexpected(std::move(made).error());
  JsonWriter json;
  json.begin_object().field("id", made->key.public_id).field("role", account::role_name(role));
  json.field("secret", made->secret).end_object();
  co_return json.take();
}

Result<std::string> Control::key_list() {
  JsonWriter json;
  json.begin_object().key("keys").begin_array();
  for (const account::ApiKey& key : core_.accounts->directory()->all_api_keys()) {
    json.begin_object().field("id", key.public_id).field("role", account::role_name(key.role));
    json.field("description", key.description).end_object();
  }
  json.end_array().end_object();
  return json.take();
}

Result<account::DomainPtr> Control::domain_of_login(const std::string& login) const {
  const std::size_t at = login.rfind('@');
  if (at == std::string::npos) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{} is no whole login, as app@mail.example.com", login));
  }
  account::DomainPtr domain = core_.accounts->directory()->domain(login.substr(at + 1));
  if (domain == nullptr) return fail_permanent(ErrorCode::kNotFound, fmt::format("Domain not found: {}", login.substr(at + 1)));
  return domain;
}

asio::awaitable<Result<std::string>> Control::credential_create(const Parameters& parameters) {
  std::string login = value_of(parameters, "login");
  Result<account::DomainPtr> domain = domain_of_login(login);
  if (!domain) co_return std::unexpected(std::move(domain).error());
  std::string password = value_of(parameters, "password");
  const Result<account::Credential> made = co_await core_.credentials->put(*std::move(domain), std::move(login), password);
  if (!made) co_return std::unexpected(made.error());
  JsonWriter json;
  json.begin_object().field("message", "Login has been created").field("login", made->login);
  if (!value_of(parameters, "show").empty()) json.field("password", password);
  json.end_object();
  co_return json.take();
}

Result<std::string> Control::credential_list(const Parameters& parameters) {
  const account::DomainPtr domain = core_.accounts->directory()->domain(value_of(parameters, "domain"));
  if (domain == nullptr) return fail_permanent(ErrorCode::kNotFound, "Domain not found");
  JsonWriter json;
  json.begin_object().key("credentials").begin_array();
  for (const account::Credential& one : core_.credentials->of_domain(domain->id)) {
    json.begin_object().field("login", one.login).field("created_at", shown(one.created)).end_object();
  }
  json.end_array().end_object();
  return json.take();
}

asio::awaitable<Result<std::string>> Control::credential_delete(const Parameters& parameters) {
  std::string login = value_of(parameters, "login");
  Result<account::DomainPtr> domain = domain_of_login(login);
  if (!domain) co_return std::unexpected(std::move(domain).error());
  const Result<account::Credential> removed = co_await core_.credentials->remove(*std::move(domain), std::move(login));
  if (!removed) co_return std::unexpected(removed.error());
  co_return R"({"message":"Login has been deleted"})";
}

=======
>>>>>>> cli
}  // namespace postroad::app
