#include "admission/idempotent_calls.h"

#include "admission/admission_repository.h"

namespace postroad::admission {
namespace {

std::int64_t expiry(WallTime now) { return (now - kIdempotentFor).time_since_epoch().count(); }

}  // namespace

void add_idempotent_call(storage::Unit& unit, DomainId domain, const IdempotentCall& call, const std::string& message_id,
                         WallTime now) {
  const std::int64_t time = now.time_since_epoch().count();
  unit.add(sql::kInsertCall, {domain.value, call.key, call.digest, message_id, time, expiry(now)},
           {storage::Expectation::Rows::kExactlyOne,
            Error{ErrorCode::kConflict, Permanence::kPermanent, "this call has been accepted before"}});
}

asio::awaitable<Result<std::optional<std::string>>> IdempotentCalls::first_answer(DomainId domain,
                                                                                  IdempotentCall call) const {
  std::optional<std::string> digest;
  std::string message_id;
  storage::RowReader reader = [&digest, &message_id](const storage::Row& row) {
    digest = std::string(row.text(0));
    message_id = std::string(row.text(1));
  };
  std::vector<storage::Value> values{domain.value, call.key, expiry(clock_.wall())};
  Result<void> done = co_await store_.query(sql::kFindCall, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  if (!digest) co_return std::optional<std::string>{};
  if (*digest != call.digest) {
    co_return fail_permanent(ErrorCode::kConflict, "this idempotency key has been used for another request");
  }
  co_return std::optional<std::string>(std::move(message_id));
}

asio::awaitable<Result<void>> IdempotentCalls::forget_expired() {
  storage::Unit unit;
  unit.add(sql::kDeleteExpiredCalls, {expiry(clock_.wall()), kIdempotentCallsMax});
  Result<WallTime> done = co_await store_.commit(std::move(unit));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return Result<void>{};
}

}  // namespace postroad::admission
