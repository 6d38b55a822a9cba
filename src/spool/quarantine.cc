#include "spool/quarantine.h"

#include <fmt/format.h>

#include "spool/rows.h"
#include "spool/spool_repository.h"

namespace postroad::spool {
namespace {

HeldRecipient read_held(const storage::Row& row) {
  return {.id = RecipientId{row.integer(0)},
          .message = MessageId{row.integer(1)},
          .domain = DomainId{row.integer(2)},
          .message_id = std::string(row.text(3)),
          .address = std::string(row.text(4)),
          .lane = std::string(row.text(5)),
          .priority = priority_of(row.integer(6)),
          .crashes = static_cast<int>(row.integer(7)),
          .by = static_cast<HeldBy>(row.integer(8))};
}

storage::Expectation exactly_one(RecipientId id, std::string_view why_not) {
  return {storage::Expectation::Rows::kExactlyOne,
          Error{ErrorCode::kConflict, Permanence::kPermanent, fmt::format("recipient {} {}", id.value, why_not)}};
}

}  // namespace

void Quarantine::charge_crash(storage::Unit& unit, const AttemptRange& range, WallTime now) const {
  unit.add(sql::kChargeCrash, {range.message.value, range.first.value, range.last.value, number(now)});
}

void Quarantine::suspect(storage::Unit& unit, const AttemptRange& range, WallTime now) const {
  unit.add(sql::kSuspect, {range.message.value, range.first.value, range.last.value, number(now)});
}

asio::awaitable<Result<std::vector<DueRecipient>>> Quarantine::suspects(std::int64_t limit) const {
  std::vector<DueRecipient> found;
  storage::RowReader reader = [&found](const storage::Row& row) {
    found.push_back({std::make_shared<Message>(read_message(row)), read_recipient(row, kMessageColumns)});
  };
  std::vector<storage::Value> values{limit};
  Result<void> done = co_await store_.query(sql::kSuspects, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return found;
}

asio::awaitable<Result<std::vector<HeldRecipient>>> Quarantine::to_be_held(int crashes, std::int64_t limit) const {
  std::vector<HeldRecipient> found;
  storage::RowReader reader = [&found](const storage::Row& row) { found.push_back(read_held(row)); };
  std::vector<storage::Value> values{std::int64_t{crashes}, limit};
  Result<void> done = co_await store_.query(sql::kToBeHeld, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return found;
}

void Quarantine::hold(storage::Unit& unit, RecipientId id, HeldBy by) const {
  unit.add(sql::kHold, {static_cast<std::int64_t>(by), id.value}, exactly_one(id, "has ended or is held already"));
}

asio::awaitable<Result<std::vector<HeldRecipient>>> Quarantine::held(RecipientId after, std::int64_t limit) const {
  std::vector<HeldRecipient> found;
  storage::RowReader reader = [&found](const storage::Row& row) { found.push_back(read_held(row)); };
  std::vector<storage::Value> values{after.value, limit};
  Result<void> done = co_await store_.query(sql::kHeld, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return found;
}

void Quarantine::let_go(storage::Unit& unit, RecipientId id) const {
  unit.add(sql::kLetGo, {id.value}, exactly_one(id, "is not held"));
}

Result<ApartCount> Quarantine::count() const {
  ApartCount count;
  RETURN_IF_ERROR(store_.query_now(sql::kApart, {}, [&count](const storage::Row& row) {
    count = {.suspects = row.integer(0), .held = row.integer(1)};
  }));
  return count;
}

}  // namespace postroad::spool
