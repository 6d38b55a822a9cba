#pragma once
#include <optional>
#include <string>

#include "admission/submission.h"
#include "storage/store.h"

namespace postroad::admission {

namespace asio = boost::asio;

inline constexpr std::chrono::hours kIdempotentFor{24};
inline constexpr std::int64_t kIdempotentCallsMax = 1'000'000;  ///< kept; beyond it the oldest are forgotten
inline constexpr std::size_t kIdempotencyKeyBytesMax = 255;

/// Adds to `unit` that this call has been answered with `message_id`. The unit is refused with kConflict when a call of
/// the same key was accepted less than kIdempotentFor ago.
void add_idempotent_call(storage::Unit& unit, DomainId domain, const IdempotentCall& call, const std::string& message_id,
                         WallTime now);

/// Calls that have been answered.
class IdempotentCalls {
 public:
  IdempotentCalls(storage::Store& store, Clock& clock) : store_(store), clock_(clock) {}

  /// The message id that this call was answered with; nullopt: it is new. kConflict: something else was asked with its key.
  asio::awaitable<Result<std::optional<std::string>>> first_answer(DomainId domain, IdempotentCall call) const;
  /// Forgets those that have expired or are too many.
  asio::awaitable<Result<void>> forget_expired();

 private:
  storage::Store& store_;
  Clock& clock_;
};

}  // namespace postroad::admission
