#pragma once
#include "net/http/connection.h"

namespace postroad::net::http {

/// The body of the request that a connection is at.
class ConnectionBody final : public Body {
 public:
  ConnectionBody(Connection& connection, const Framing& framing)
      : connection_(connection), framing_(framing), begun_(connection.now()) {}

  asio::awaitable<Outcome<std::size_t>> read(std::span<char> into, Deadline deadline) override;
  bool done() const;
  /// The client waits for 100 and was not told: it may or may not send the body, so the connection cannot go on.
  bool unasked() const { return framing_.expects_continue && !done(); }
  /// Reads over what is left; false when that is too much or fails.
  asio::awaitable<bool> discard();

 private:
  asio::awaitable<Outcome<void>> say_continue(Deadline deadline);
  asio::awaitable<Outcome<std::size_t>> read_length(std::span<char> into, Deadline deadline);
  asio::awaitable<Outcome<std::size_t>> read_chunked(std::span<char> into, Deadline deadline);
  Deadline least_rate_deadline() const;
  std::size_t take_buffered(std::span<char> into);

  Connection& connection_;
  Framing framing_;
  MonoTime begun_;
  std::uint64_t received_ = 0;
  ChunkDecoder chunks_;
};

}  // namespace postroad::net::http
