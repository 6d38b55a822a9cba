#pragma once
#include <memory>

#include "base/random.h"
#include "net/http/body.h"
#include "net/http/limits.h"
#include "net/timers.h"

namespace postroad::net::http {

/// What answers requests. Called on the connection's loop, for many connections at once; a connection's requests come
/// one after the other. What it leaves of the body is read over, or the connection ends. An exception that leaves it
/// is answered with 500.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual asio::awaitable<Response> handle(Request& request, Body& body) = 0;
};

struct ServerSettings {
  std::size_t connections_max = 10'000;  ///< Over all loops; newcomers beyond are closed at once.
  std::uint64_t body_bytes_max = kBodyBytesMax;  ///< As sent, whatever its framing; at most 2^40.
  std::chrono::seconds head_timeout = kHeadTimeout;
  std::chrono::seconds idle_timeout = kIdleTimeout;
};

/// HTTP/1.1 (RFC 9112): keep-alive, pipelining in order, Expect: 100-continue, HEAD. Plain or TLS, told apart by the
/// first byte.
class Server {
 public:
  struct World {  ///< Borrowed; outlives the server.
    Clock& clock;
    Random& random;  ///< Safe from any loop.
    Timers& timers;
    ServerTls* tls = nullptr;  ///< Null: plain only.
  };
  Server(const World& world, Handler& handler, const ServerSettings& settings);
  Server(const World& world, Handler& handler) : Server(world, handler, ServerSettings{}) {}
  ~Server();

  static constexpr std::chrono::milliseconds kNewcomerDrainMax{500};

  /// Serves `stream` on its loop until it ends. Any loop: what a Listener's `accepted` calls.
  void accept(StreamPtr stream);
  /// Ends idle connections, lets requests under way finish, also the first of a connection that has just come (it may still be on its
  /// way, kNewcomerDrainMax at most), closes what is left at `deadline`. Close listeners first.
  /// The handler is not called any more when it returns.
  asio::awaitable<void> stop(Deadline deadline);
  std::size_t connections() const;

 private:
  std::shared_ptr<struct ServerState> state_;  // shared with the connections
};

}  // namespace postroad::net::http
