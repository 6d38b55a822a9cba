// What waits, where, and why.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "app/control_answers.h"
#include "app/lane_words.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "mail/domain_name.h"
#include "spool/quarantine.h"

namespace postroad::app {
namespace {

std::int64_t seconds_of(WallTime time) { return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count(); }

void add_rule(JsonWriter& json, const queue::LaneRule& rule) {
  const bool paused = rule.action == queue::LaneRule::Action::kPause;
  json.begin_object().field("lane", rule.lane).field("action", paused ? "pause" : "slow").field("per_hour", rule.per_hour);
  json.field("until", rule.until == WallTime{} ? std::string() : shown(rule.until)).field("reason", rule.reason);
  json.field("since", shown(rule.created)).end_object();
}

std::size_t in_flight_of(const std::vector<queue::LaneView>& live, const spool::LaneSummary& lane) {
  const auto found = std::ranges::find_if(live, [&lane](const queue::LaneView& one) { return one.lane == lane.lane && one.priority == lane.priority; });
  return found == live.end() ? 0 : found->in_flight;
}

std::string words_of_rule(const std::optional<queue::LaneRule>& rule) {
  if (!rule) return {};
  return rule->action == queue::LaneRule::Action::kPause ? "paused" : fmt::format("{}/h", rule->per_hour);
}

/// The last failure that was told of one of these, whose attempts have come to an end.
asio::awaitable<Result<void>> add_last_answer(const Core& core, const std::vector<spool::DueRecipient>& recipients, LaneFacts& facts) {
  for (const spool::DueRecipient& one : recipients) {
    if (one.recipient.attempts == 0) continue;
    CO_ASSIGN_OR_RETURN(const std::vector<events::StoredEvent> story, co_await core.journal->of_message(one.message->id));
    for (const events::StoredEvent& event : story) {
      if (event.address != one.recipient.address || event.type != events::EventType::kFailed) continue;
      boost::json::error_code error;
      const boost::json::value body = boost::json::parse(event.body, error);
      const boost::json::value* const status = error ? nullptr : body.as_object().if_contains("delivery-status");
      if (status == nullptr || event.time < facts.answered) continue;
      const auto text = [status](std::string_view key) {
        const boost::json::value* const value = status->as_object().if_contains(key);
        if (value == nullptr || value->is_null()) return std::string();
        return value->is_string() ? std::string(value->get_string()) : boost::json::serialize(*value);
      };
      facts.answered = event.time;
      facts.attempts = one.recipient.attempts;
      std::string answer;
      for (const std::string& part : {text("code"), text("enhanced-code"), text("message")}) {
        if (!part.empty() && part != "0") answer += (answer.empty() ? "" : " ") + part;
      }
      const std::string host = text("mx-host");
      facts.answer = host.empty() ? answer : fmt::format("{}: {}", host, answer);
    }
    if (facts.answered != WallTime{}) co_return Result<void>{};
  }
  co_return Result<void>{};
}

}  // namespace

Result<std::string> lane_named(const std::string& text) {
  const std::string_view trimmed = trim(text);
  if (trimmed.empty()) return fail_permanent(ErrorCode::kInvalidArgument, "which domain?");
  if (trimmed == queue::LaneRules::kAllLanes) return std::string(trimmed);
  Result<std::string> ascii = mail::to_ascii_domain(trimmed);
  const bool is_literal = trimmed.starts_with('[') && trimmed.ends_with(']');  // RFC 5321 §4.1.3
  if (is_literal) return ascii_lower(trimmed);
  if (!ascii || !mail::is_hostname(*ascii)) return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{} is no domain", text));
  return ascii_lower(*ascii);
}

Answer answer_queue(ControlParts parts, ControlParameters) {
  CO_ASSIGN_OR_RETURN(const std::vector<spool::LaneSummary> lanes, parts.core.spool->lanes());
  std::vector<queue::LaneView> live;
  if (parts.queue != nullptr) live = co_await parts.queue->view();
  const WallTime now = parts.core.clock.wall();
  std::int64_t total = 0, in_flight = 0, due_lanes = 0;
  JsonWriter json;
  json.begin_object().field("running", parts.queue != nullptr).key("lanes").begin_array();
  for (const spool::LaneSummary& lane : lanes) {
    const auto under_way = static_cast<std::int64_t>(in_flight_of(live, lane));
    total += lane.recipients;
    in_flight += under_way;
    due_lanes += lane.next_due <= now ? 1 : 0;
    json.begin_object().field("lane", lane.lane).field("priority", spool::priority_name(lane.priority)).field("recipients", lane.recipients);
    json.field("in_flight", under_way).field("next_due", shown(lane.next_due)).field("due_in", std::max<std::int64_t>(0, seconds_of(lane.next_due) - seconds_of(now)));
    json.field("rule", words_of_rule(parts.core.lane_rules->of(lane.lane, now))).end_object();
  }
  json.end_array().key("rules").begin_array();
  for (const queue::LaneRule& rule : parts.core.lane_rules->all()) add_rule(json, rule);
  CO_ASSIGN_OR_RETURN(const spool::ApartCount apart, spool::Quarantine(parts.core.rows()).count());
  json.end_array().field("recipients", total + apart.suspects + apart.held).field("in_flight", in_flight).field("due_lanes", due_lanes);
  json.field("suspects", apart.suspects).field("held", apart.held).end_object();
  co_return json.take();
}

/// Recipients that nobody tries until they are released, at most kHeldShown.
Answer queue_held(ControlParts parts, ControlParameters) {
  const spool::Quarantine quarantine(parts.core.rows());
  CO_ASSIGN_OR_RETURN(const std::vector<spool::HeldRecipient> held, co_await quarantine.held(RecipientId{0}, kHeldShown));
  JsonWriter json;
  json.begin_object().key("held").begin_array();
  for (const spool::HeldRecipient& one : held) {
    const bool by_operator = one.by == spool::HeldBy::kOperator;
    json.begin_object().field("message", one.message_id).field("recipient", one.address).field("lane", one.lane);
    json.field("crashes", std::int64_t{one.crashes}).field("why", by_operator ? kHeldByOperator : queue::CrashGuard::kReason).end_object();
  }
  json.end_array().end_object();
  co_return json.take();
}

Answer queue_explain(ControlParts parts, ControlParameters parameters) {
  LaneFacts facts{.lane = {}, .running = parts.queue != nullptr, .rule = {}, .now = parts.core.clock.wall(), .answer = {}};
  CO_ASSIGN_OR_RETURN(facts.lane, lane_named(value_of(parameters, "domain")));
  facts.rule = parts.core.lane_rules->of(facts.lane, facts.now);
  CO_ASSIGN_OR_RETURN(const std::vector<spool::LaneSummary> lanes, parts.core.spool->lanes());
  if (parts.queue != nullptr) {
    for (const queue::LaneView& one : co_await parts.queue->view()) facts.in_flight += one.lane == facts.lane ? static_cast<std::int64_t>(one.in_flight) : 0;
  }
  std::vector<spool::DueRecipient> looked_at;
  for (const spool::LaneSummary& line : lanes) {
    if (line.lane != facts.lane) continue;
    facts.waiting += line.recipients;
    if (facts.next_due == WallTime{} || line.next_due < facts.next_due) facts.next_due = line.next_due;
    CO_ASSIGN_OR_RETURN(std::vector<spool::DueRecipient> some, co_await parts.core.spool->load_window(line.lane, line.priority, kExplainedMax));
    std::ranges::move(some, std::back_inserter(looked_at));
  }
  for (const spool::DueRecipient& one : looked_at) {
    if (facts.oldest == WallTime{} || one.message->accepted < facts.oldest) facts.oldest = one.message->accepted;
    if (facts.expires == WallTime{} || one.recipient.expires < facts.expires) facts.expires = one.recipient.expires;
    facts.attempts = std::max(facts.attempts, one.recipient.attempts);
  }
  CO_ASSIGN_OR_RETURN(const std::vector<spool::HeldRecipient> held, co_await spool::Quarantine(parts.core.rows()).held(RecipientId{0}, kHeldShown));
  facts.held = std::ranges::count(held, facts.lane, &spool::HeldRecipient::lane);
  CO_RETURN_IF_ERROR(co_await add_last_answer(parts.core, looked_at, facts));
  JsonWriter json;
  json.begin_object().field("lane", facts.lane).field("running", facts.running).field("recipients", facts.waiting).field("in_flight", facts.in_flight);
  json.field("held", facts.held).field("attempts", facts.attempts).field("next_due", facts.waiting == 0 ? std::string() : shown(facts.next_due)).field("last_answer", facts.answer);
  json.key("rule");
  if (facts.rule) {
    add_rule(json, *facts.rule);
  } else {
    json.null();
  }
  json.key("why").begin_array();
  for (const std::string& sentence : lane_words(facts)) json.string(sentence);
  json.end_array().end_object();
  co_return json.take();
}

}  // namespace postroad::app
