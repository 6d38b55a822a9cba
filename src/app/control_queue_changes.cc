// What an operator orders of lanes, and does to mail that waits.
#include <fmt/format.h>

#include "app/control_answers.h"
#include "base/json_writer.h"
#include "base/log.h"
#include "base/text.h"
#include "queue/interventions.h"

namespace postroad::app {
namespace {

using queue::Interventions;

std::string message_answer(std::int64_t count, const std::string& text) {
  JsonWriter json;
  json.begin_object().field("recipients", count).field("message", text).end_object();
  return json.take();
}

std::string counted(std::int64_t count) { return count == 1 ? "1 recipient" : fmt::format("{} recipients", count); }

/// "message": a Message-Id; "lane": a domain, or "*".
asio::awaitable<Result<Interventions::Scope>> scope_of(const ControlParts& parts, const ControlParameters& parameters) {
  Interventions::Scope scope;
  const std::string message = value_of(parameters, "message");
  if (!message.empty()) {
    CO_ASSIGN_OR_RETURN(scope.message, co_await message_named(parts, message));
    co_return scope;
  }
  CO_ASSIGN_OR_RETURN(scope.lane, lane_named(value_of(parameters, "lane")));
  if (scope.lane == queue::LaneRules::kAllLanes) scope.lane.clear();
  co_return scope;
}

/// Writers and what they borrow, for one answer.
struct Desk {
  explicit Desk(const ControlParts& parts)
      : writer(parts.core.clock, parts.core.random, *parts.core.spool, *parts.core.journal, schedule),
        interventions({.clock = parts.core.clock, .store = parts.core.rows(), .spool = *parts.core.spool, .random = parts.core.random, .journal = *parts.core.journal, .writer = writer, .queue = parts.queue}) {}
  const queue::RetrySchedule schedule{};  ///< Asked for nothing: no attempt is put off here.
  queue::OutcomeWriter writer;
  Interventions interventions;
};

}  // namespace

Answer queue_rule(ControlParts parts, ControlParameters parameters) {
  queue::LaneRule rule;
  CO_ASSIGN_OR_RETURN(rule.lane, lane_named(value_of(parameters, "lane")));
  rule.reason = value_of(parameters, "reason");
  const std::int64_t seconds = parse_int(value_of(parameters, "seconds")).value_or(0);
  if (seconds > 0) rule.until = parts.core.clock.wall() + std::chrono::seconds{seconds};
  if (value_of(parameters, "action") == "slow") {
    if (rule.lane == queue::LaneRules::kAllLanes) co_return fail_permanent(ErrorCode::kInvalidArgument, "one lane is slowed at a time");
    rule.action = queue::LaneRule::Action::kSlow;
    rule.per_hour = parse_int(value_of(parameters, "per_hour")).value_or(0);
  }
  const std::string lane = rule.lane;
  const bool paused = rule.action == queue::LaneRule::Action::kPause;
  const std::string what = paused ? "paused" : fmt::format("slowed to {} recipients an hour", rule.per_hour);
  log::info("lane_rule", {{"lane", lane}, {"rule", what}, {"reason", rule.reason}});
  CO_RETURN_IF_ERROR(co_await parts.core.lane_rules->set(std::move(rule)));
  if (parts.queue != nullptr) parts.queue->rules_changed();
  co_return message_answer(0, fmt::format("{} is {}; what is under way comes to its end", lane == queue::LaneRules::kAllLanes ? "every lane" : lane, what));
}

Answer queue_resume(ControlParts parts, ControlParameters parameters) {
  CO_ASSIGN_OR_RETURN(const std::string lane, lane_named(value_of(parameters, "lane")));
  CO_RETURN_IF_ERROR(co_await parts.core.lane_rules->clear(lane));
  log::info("lane_rule", {{"lane", lane}, {"rule", "none"}});
  if (parts.queue != nullptr) parts.queue->rules_changed();
  co_return message_answer(0, fmt::format("{} goes on", lane == queue::LaneRules::kAllLanes ? "every lane" : lane));
}

Answer queue_count(ControlParts parts, ControlParameters parameters) {
  CO_ASSIGN_OR_RETURN(Interventions::Scope scope, co_await scope_of(parts, parameters));
  Desk desk(parts);
  CO_ASSIGN_OR_RETURN(const std::int64_t count, co_await desk.interventions.count(std::move(scope)));
  co_return message_answer(count, counted(count));
}

Answer queue_retry(ControlParts parts, ControlParameters parameters) {
  CO_ASSIGN_OR_RETURN(Interventions::Scope scope, co_await scope_of(parts, parameters));
  Desk desk(parts);
  CO_ASSIGN_OR_RETURN(const std::int64_t count, co_await desk.interventions.retry(std::move(scope)));
  log::info("queue_retry", {{"recipients", count}});
  co_return message_answer(count, fmt::format("{} due now", counted(count)));
}

Answer queue_bounce(ControlParts parts, ControlParameters parameters) {
  CO_ASSIGN_OR_RETURN(Interventions::Scope scope, co_await scope_of(parts, parameters));
  const std::string reason = value_of(parameters, "reason");
  std::string why = reason.empty() ? std::string("bounced by the operator") : fmt::format("bounced by the operator: {}", reason);
  Desk desk(parts);
  CO_ASSIGN_OR_RETURN(const std::int64_t count, co_await desk.interventions.bounce(std::move(scope), std::move(why)));
  log::info("queue_bounce", {{"recipients", count}, {"reason", reason}});
  co_return message_answer(count, fmt::format("{} failed", counted(count)));
}

Answer queue_hold(ControlParts parts, ControlParameters parameters) {
  CO_ASSIGN_OR_RETURN(Interventions::Scope scope, co_await scope_of(parts, parameters));
  const std::string reason = value_of(parameters, "reason");
  std::string why = reason.empty() ? std::string(kHeldByOperator) : fmt::format("{}: {}", kHeldByOperator, reason);
  Desk desk(parts);
  CO_ASSIGN_OR_RETURN(const std::int64_t count, co_await desk.interventions.hold(std::move(scope), std::move(why)));
  log::info("queue_hold", {{"recipients", count}, {"reason", reason}});
  co_return message_answer(count, fmt::format("{} held", counted(count)));
}

Answer queue_release(ControlParts parts, ControlParameters parameters) {
  CO_ASSIGN_OR_RETURN(Interventions::Scope scope, co_await scope_of(parts, parameters));
  Desk desk(parts);
  CO_ASSIGN_OR_RETURN(const std::int64_t count, co_await desk.interventions.release(std::move(scope)));
  if (count == 0) co_return fail_permanent(ErrorCode::kNotFound, "nothing of that is held");
  log::info("queue_release", {{"recipients", count}});
  co_return message_answer(count, fmt::format("{} released", counted(count)));
}

}  // namespace postroad::app
