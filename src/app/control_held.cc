#include <fmt/format.h>

#include <set>

#include "app/control_answers.h"
#include "base/json_writer.h"
#include "spool/quarantine.h"

namespace postroad::app {

/// Recipients that nobody tries until they are let go, at most kHeldShown.
asio::awaitable<Result<std::string>> queue_held(ControlParts parts, ControlParameters) {
  const spool::Quarantine quarantine(parts.core.rows());
  CO_ASSIGN_OR_RETURN(const std::vector<spool::HeldRecipient> held, co_await quarantine.held(RecipientId{0}, kHeldShown));
  JsonWriter json;
  json.begin_object().key("held").begin_array();
  for (const spool::HeldRecipient& one : held) {
    json.begin_object().field("message", one.message_id).field("recipient", one.address);
    json.field("crashes", std::int64_t{one.crashes}).field("why", queue::CrashGuard::kReason).end_object();
  }
  json.end_array().end_object();
  co_return json.take();
}

/// Every held recipient of the message with this Message-Id waits again, as if nothing had been.
asio::awaitable<Result<std::string>> queue_let_go(ControlParts parts, ControlParameters parameters) {
  const std::string wanted = value_of(parameters, "message");
  const spool::Quarantine quarantine(parts.core.rows());
  std::int64_t let_go = 0;
  for (RecipientId after{0};;) {
    CO_ASSIGN_OR_RETURN(const std::vector<spool::HeldRecipient> held, co_await quarantine.held(after, kHeldShown));
    if (held.empty()) break;
    after = held.back().id;
    storage::Unit unit;
    std::set<std::pair<std::string, spool::Priority>> lanes;
    for (const spool::HeldRecipient& one : held) {
      if (one.message_id != wanted) continue;
      quarantine.let_go(unit, one.id);
      lanes.emplace(one.lane, one.priority);
      ++let_go;
    }
    if (unit.empty()) continue;
    CO_RETURN_IF_ERROR(co_await parts.core.rows().commit(std::move(unit)));
    if (parts.queue == nullptr) continue;
    for (const auto& [lane, priority] : lanes) parts.queue->look_again(lane, priority);
  }
  if (let_go == 0) co_return fail_permanent(ErrorCode::kNotFound, fmt::format("no recipient of a message {} is held", wanted));
  JsonWriter json;
  json.begin_object().field("recipients", let_go).field("message", fmt::format("{} recipients wait again", let_go)).end_object();
  co_return json.take();
}

}  // namespace postroad::app
