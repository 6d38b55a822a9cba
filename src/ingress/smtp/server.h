#pragma once
#include <atomic>
#include <memory>
#include <mutex>
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
  static constexpr std::chrono::milliseconds kHandshakeDrainMax{1000};
  static constexpr std::chrono::milliseconds kLastWordMax{500};  ///< for a 421 before the deadline of stop()
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
  /// Nobody else is let in.
  void close_listeners();
  /// No new connection; a session ends with 421, at once between transactions, behind a TLS handshake (kHandshakeDrainMax at most) or
  /// the transaction it is in, and shortly before `deadline` wherever it is. Returns when all have ended or at `deadline`.
  asio::awaitable<void> stop(Deadline deadline);
  std::size_t sessions() const { return sessions_.load(std::memory_order_relaxed); }

 private:
  struct Running;
  using RunningPtr = std::shared_ptr<Running>;  // shared by its coroutine and those who dismiss it
  enum class Dismiss : std::uint8_t { kIdle, kHandshakes, kAll };

  asio::awaitable<void> serve(net::StreamPtr stream, Tls tls);
  asio::awaitable<void> run(Running& running, Tls tls);
  /// False: the connection is of no more use.
  asio::awaitable<bool> secure(Running& running);
  void dismiss_all(Dismiss whom);
  asio::awaitable<void> dismiss(RunningPtr running, Dismiss whom);
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
  std::mutex mutex_;
  std::set<RunningPtr> running_;  ///< Under `mutex_`.
};

}  // namespace postroad::ingress::smtp
