#pragma once
#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "admission/admission.h"
#include "ingress/smtp/session.h"
#include "net/loops.h"
#include "net/network.h"
#include "net/timers.h"
#include "net/tls.h"
#include "storage/store.h"

namespace postroad::ingress::smtp {

/// Listens for submission and runs one Session for each connection, on the loop that accepted it.
class Server {
 public:
  static constexpr std::chrono::seconds kCommandMax{60};     ///< for one command; design/reliability.md §2a
  static constexpr std::size_t kDataBytesPerSecondMin = 500;  ///< of one message, after kCommandMax
  static constexpr std::size_t kSessionsMax = 5000;
  static constexpr std::size_t kHeldBytesMax = 512u << 20;   ///< messages being received, all sessions together
  static constexpr std::size_t kReadBytes = 16 * 1024;

  enum class Tls : std::uint8_t { kStartTls, kFromTheFirstByte };

  struct Parts {
    Clock& clock;
    net::Timers& timers;
    net::Executor& executor;
    net::Network& network;
    net::ServerTls* tls;  ///< Null: no STARTTLS.
    storage::Store& store;
    admission::Admission& admission;
    Policy& policy;
  };

  Server(Parts parts, std::string hostname) : parts_(parts), hostname_(std::move(hostname)) {}

  /// Errors are sentences that name the address.
  Result<void> listen(const net::Endpoint& at, Tls tls);
  std::vector<net::Endpoint> endpoints() const;
  /// No new connection; sessions end with 421 after the message they are in; returns when all have ended or at
  /// `deadline`.
  asio::awaitable<void> stop(Deadline deadline);
  std::size_t sessions() const { return sessions_.load(std::memory_order_relaxed); }

 private:
  asio::awaitable<void> serve(net::StreamPtr stream, Tls tls);
  asio::awaitable<void> run(net::Stream& stream, Tls tls);
  /// False: the connection is of no more use.
  asio::awaitable<bool> flush(net::Stream& stream, Session& session);
  asio::awaitable<Result<std::string>> submit(Submission submission, std::string client);
  Deadline read_deadline(const Session& session, MonoTime data_since, std::size_t data_bytes) const;
  std::string received_value(const Submission& submission, const std::string& client) const;

  Parts parts_;
  const std::string hostname_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::atomic<std::size_t> sessions_{0};
  std::atomic<std::size_t> held_bytes_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace postroad::ingress::smtp
