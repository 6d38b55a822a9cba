#include "app/control_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/log_condition.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace postroad::app {
namespace {

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

/// Everything of the message that the event at `sequence` is of.
asio::awaitable<Result<std::vector<events::StoredEvent>>> story_of(Core& core, std::int64_t sequence) {
  CO_ASSIGN_OR_RETURN(const std::vector<events::StoredEvent> one, core.journal->read_now({sequence - 1, sequence}, true, 1));
  if (one.empty()) co_return std::vector<events::StoredEvent>{};
  co_return co_await core.journal->of_message(MessageId{one.front().message});
}

}  // namespace

/// Events that have all the terms (LogCondition), of everything retained: the newest first or, with `after`, those behind this
/// sequence, oldest first. When all that match belong to one message and it is asked for, its whole story with the conversations.
/// `last`: everything up to this sequence has been looked at, unless `limit` cut it off.
asio::awaitable<Result<std::string>> answer_log(ControlParts parts, ControlParameters parameters) {
  std::vector<std::string> terms;
  for (const std::string_view term : split(value_of(parameters, "terms"), '\n')) terms.emplace_back(term);
  CO_ASSIGN_OR_RETURN(LogCondition parsed, LogCondition::parse(terms, parts.core.clock.wall()));
  const auto condition = std::make_shared<const LogCondition>(std::move(parsed));
  const std::optional<std::int64_t> after = parse_int(value_of(parameters, "after"));
  const std::int64_t limit = std::clamp<std::int64_t>(parse_int(value_of(parameters, "limit")).value_or(50), 1, kLogLimitMax);
  CO_ASSIGN_OR_RETURN(const std::int64_t last, parts.core.journal->last_sequence_now());
  search::Query query{.domains = {}, .begin = condition->begin(), .end = condition->end(), .after = after.value_or(0), .before = last + 1,
                      .ascending = after.has_value(), .limit = static_cast<std::size_t>(limit)};
  CO_ASSIGN_OR_RETURN(const std::vector<search::EventRow> found, co_await parts.search.find(std::move(query), condition));

  std::vector<events::StoredEvent> story;
  const bool wants_story = !value_of(parameters, "story").empty() && !found.empty() && std::ssize(found) < kLogLimitMax;
  if (wants_story && is_one_message(found)) {
    CO_ASSIGN_OR_RETURN(story, co_await story_of(parts.core, found.front().sequence));
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

asio::awaitable<Result<MessageId>> message_named(ControlParts parts, std::string id) {
  const std::vector<std::string> terms{"msgid:" + id};
  CO_ASSIGN_OR_RETURN(LogCondition parsed, LogCondition::parse(terms, parts.core.clock.wall()));
  const auto condition = std::make_shared<const LogCondition>(std::move(parsed));
  CO_ASSIGN_OR_RETURN(const std::int64_t last, parts.core.journal->last_sequence_now());
  search::Query query{.domains = {}, .begin = condition->begin(), .end = condition->end(), .after = 0, .before = last + 1, .ascending = false, .limit = 1};
  CO_ASSIGN_OR_RETURN(const std::vector<search::EventRow> found, co_await parts.search.find(std::move(query), condition));
  const Error unknown{ErrorCode::kNotFound, Permanence::kPermanent, fmt::format("there is no message <{}>", id)};
  if (found.empty()) co_return std::unexpected(unknown);
  CO_ASSIGN_OR_RETURN(const std::vector<events::StoredEvent> one, parts.core.journal->read_now({found.front().sequence - 1, found.front().sequence}, true, 1));
  if (one.empty()) co_return std::unexpected(unknown);
  co_return MessageId{one.front().message};
}

}  // namespace postroad::app
