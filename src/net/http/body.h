#pragma once
#include <span>

#include "net/http/message.h"

namespace postroad::net::http {

/// A request's body, read as it comes. Chunks are already undone, gzip is not.
class Body {
 public:
  virtual ~Body() = default;
  /// Up to `into.size()` bytes; 0 at the end, and from then on. Refuses with 413 beyond the server's body_bytes_max, 408 when it is
  /// slower than kBodyBytesPerSecondMin or `deadline` passes (the connection is then gone, and nobody reads the answer),
  /// 400 when it is cut off or its chunks are malformed.
  virtual asio::awaitable<Outcome<std::size_t>> read(std::span<char> into, Deadline deadline) = 0;
};

}  // namespace postroad::net::http
