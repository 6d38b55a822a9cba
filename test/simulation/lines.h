#pragma once
#include <string>

#include "net/stream.h"

namespace postroad::simulation {

/// Reads lines from a stream; for the clients and peers of the world outside.
class Lines {
 public:
  explicit Lines(net::Stream& stream) : stream_(stream) {}

  /// Without its CRLF (or LF).
  net::asio::awaitable<Result<std::string>> line(Deadline deadline);
  /// Exactly `count` octets.
  net::asio::awaitable<Result<std::string>> octets(std::size_t count, Deadline deadline);

 private:
  net::asio::awaitable<Result<void>> more(Deadline deadline);

  net::Stream& stream_;
  std::string held_;
};

}  // namespace postroad::simulation
