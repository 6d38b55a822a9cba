#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace postroad {

/// Whether a failure is worth trying again. Maps 1:1 on SMTP 4yz / 5yz (RFC 5321 §4.2.1).
enum class Permanence : std::uint8_t { kTransient, kPermanent };

enum class ErrorCode : std::uint8_t {
  kInvalidArgument,
  kUnauthorized,
  kNotFound,
  kConflict,
  kTooLarge,
  kQuotaExceeded,
  kTimeout,
  kConnectionLost,
  kDnsFailure,
  kTlsFailure,
  kRejected,
  kDiskFull,
  kDiskFailed,
  kCorrupt,
  kShuttingDown,
  kUnsupported,
};

struct [[nodiscard]] Error {
  ErrorCode code;
  Permanence permanence;
  std::string detail;  ///< A sentence an operator can act on; peers see it only where a caller says so.
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, Permanence permanence, std::string detail) {
  return std::unexpected(Error{code, permanence, std::move(detail)});
}
inline std::unexpected<Error> fail_transient(ErrorCode code, std::string detail) {
  return fail(code, Permanence::kTransient, std::move(detail));
}
inline std::unexpected<Error> fail_permanent(ErrorCode code, std::string detail) {
  return fail(code, Permanence::kPermanent, std::move(detail));
}

}  // namespace postroad

/// Unwraps `expr` into `decl`, or returns its error; in coroutines, CO_ASSIGN_OR_RETURN.
/// A declaration, so that each `co_await` is a statement of its own.
/// Expands to several statements, so it needs braces after `if`, `else` and `for`.
#define ASSIGN_OR_RETURN(decl, expr) ASSIGN_OR_(decl, expr, return, __COUNTER__)
#define CO_ASSIGN_OR_RETURN(decl, expr) ASSIGN_OR_(decl, expr, co_return, __COUNTER__)
#define ASSIGN_OR_(decl, expr, ret, n) ASSIGN_OR_IMPL_(decl, expr, ret, n)
#define ASSIGN_OR_IMPL_(decl, expr, ret, n)                            \
  auto result_##n = (expr);                                            \
  if (!result_##n) ret std::unexpected(std::move(result_##n).error()); \
  decl = *std::move(result_##n)

/// The same for `Result<void>` and for results whose value is not wanted.
#define RETURN_IF_ERROR(expr) RETURN_IF_ERROR_(expr, return, __COUNTER__)
#define CO_RETURN_IF_ERROR(expr) RETURN_IF_ERROR_(expr, co_return, __COUNTER__)
#define RETURN_IF_ERROR_(expr, ret, n) RETURN_IF_ERROR_IMPL_(expr, ret, n)
#define RETURN_IF_ERROR_IMPL_(expr, ret, n) \
  if (auto result_##n = (expr); !result_##n) ret std::unexpected(std::move(result_##n).error())
