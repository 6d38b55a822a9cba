#pragma once
#include "net/stream.h"

namespace postroad::net {

/// The first byte decides: 0x16 begins a TLS handshake, which is then done; anything else is plain text and stays in
/// place. `tls` null: this listener has no certificate, and a TLS client is refused with kTlsFailure.
asio::awaitable<Result<void>> accept_http(Stream& stream, ServerTls* tls, Deadline deadline);

}  // namespace postroad::net
