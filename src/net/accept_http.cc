#include "net/accept_http.h"

#include "net/tls.h"

namespace postroad::net {
namespace {
constexpr char kTlsHandshakeRecord = 0x16;  // RFC 8446 §5.1
}

asio::awaitable<Result<void>> accept_http(Stream& stream, ServerTls* tls, Deadline deadline) {
  CO_ASSIGN_OR_RETURN(const char first, co_await stream.peek(deadline));
  if (first != kTlsHandshakeRecord) co_return Result<void>{};
  if (tls == nullptr) {
    co_return fail_permanent(ErrorCode::kTlsFailure, stream.peer().text() + ": asked for TLS where none is configured");
  }
  CO_RETURN_IF_ERROR(co_await stream.start_tls_server(*tls, deadline));
  co_return Result<void>{};
}

}  // namespace postroad::net
