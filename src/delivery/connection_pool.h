#pragma once
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "delivery/smtp_connection.h"

namespace postroad::delivery {

/// Idle connections of one loop, by the endpoint they lead to: the next message takes the youngest.
class ConnectionPool {
 public:
  static constexpr std::size_t kIdleMax = 500;
  static constexpr std::size_t kIdlePerEndpointMax = 50;
  static constexpr std::chrono::seconds kIdleFor{15};
  static constexpr int kTransactionsMax = 1000;  ///< on one connection; then it is closed

  /// The youngest that will do; null when there is none.
  std::unique_ptr<SmtpConnection> take(const net::Endpoint& endpoint, SmtpConnection::Tls tls);
  /// Keeps the connection, or hands it back to be closed when there is no room or it has served enough.
  std::unique_ptr<SmtpConnection> keep(std::unique_ptr<SmtpConnection> connection, MonoTime now);
  /// Those idle for longer than kIdleFor, or all: to be closed by the caller.
  std::vector<std::unique_ptr<SmtpConnection>> take_expired(MonoTime now);
  std::vector<std::unique_ptr<SmtpConnection>> take_all();
  std::size_t size() const { return size_; }

 private:
  std::unordered_map<std::string, std::deque<std::unique_ptr<SmtpConnection>>> idle_;
  std::size_t size_ = 0;
};

}  // namespace postroad::delivery
