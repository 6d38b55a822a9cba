#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace postroad::net {

namespace asio = boost::asio;

/// A numeric address and port; the only form of address that a socket sees.
struct Endpoint {
  std::string address;  ///< Numeric IPv4 or IPv6, without brackets; for a Unix socket, "unix:" and its path.
  std::uint16_t port = 0;
  std::string text() const;  ///< "192.0.2.1:25", "[2001:db8::1]:25"
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// What TLS came to on a stream.
struct TlsInfo {
  std::string version;          ///< "TLSv1.3"
  std::string cipher;
  bool peer_verified = false;   ///< The peer's certificate chains to a trusted root and names the host asked for.
  std::string verify_error;     ///< Why not, when it is not.
};

class ServerTls;
class ClientTls;

/// A connection that carries bytes both ways: TCP, TLS over it, or the simulator's. Used from one loop only.
/// Every call has a deadline; when it passes, the call fails with kTimeout and the stream is of no further use.
class Stream {
 public:
  virtual ~Stream() = default;
  /// At least one byte, or an error; the end of the stream is kConnectionLost with detail "closed by peer".
  virtual asio::awaitable<Result<std::size_t>> read_some(std::span<char> into, Deadline deadline) = 0;
  /// All of it, or an error.
  virtual asio::awaitable<Result<void>> write(std::string_view bytes, Deadline deadline) = 0;
  /// Gathers two buffers into one write where the platform can: a header and a body.
  virtual asio::awaitable<Result<void>> write(std::string_view first, std::string_view second, Deadline deadline) = 0;
  /// The handshake. Nothing read before may remain unused: the caller checks its own buffer (RFC 3207 §4.2).
  virtual asio::awaitable<Result<TlsInfo>> start_tls_server(ServerTls& tls, Deadline deadline) = 0;
  virtual asio::awaitable<Result<TlsInfo>> start_tls_client(ClientTls& tls, std::string server_name,
                                                            Deadline deadline) = 0;
  virtual bool is_tls() const = 0;
  virtual const Endpoint& peer() const = 0;
  virtual const Endpoint& local() const = 0;
  /// Ends both directions at once; calls in flight fail. Idempotent.
  virtual void close() = 0;

  /// The loop it lives on.
  virtual asio::any_io_executor executor() = 0;
  /// The first byte to come, left in place: to tell TLS from plain text. Not on a TLS stream.
  virtual asio::awaitable<Result<char>> peek(Deadline deadline) = 0;
  /// Says that no more will be written (FIN; close_notify under TLS), then reads and discards until the peer closes
  /// or `deadline` passes, then closes. A peer that is still sending gets to read the last answer this way, where a
  /// plain close would reset the connection under it.
  virtual asio::awaitable<void> finish(Deadline deadline) = 0;
};

using StreamPtr = std::unique_ptr<Stream>;

}  // namespace postroad::net
