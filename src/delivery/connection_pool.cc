#include "delivery/connection_pool.h"

#include <algorithm>

namespace postroad::delivery {

std::unique_ptr<SmtpConnection> ConnectionPool::take(const net::Endpoint& endpoint, SmtpConnection::Tls tls) {
  const auto found = idle_.find(endpoint.text());
  if (found == idle_.end()) return nullptr;
  auto& line = found->second;
  const auto last = std::find_if(line.rbegin(), line.rend(), [tls](const auto& one) { return one->satisfies(tls); });
  if (last == line.rend()) return nullptr;
  std::unique_ptr<SmtpConnection> youngest = std::move(*last);
  line.erase(std::next(last).base());
  --size_;
  if (line.empty()) idle_.erase(found);
  return youngest;
}

std::unique_ptr<SmtpConnection> ConnectionPool::keep(std::unique_ptr<SmtpConnection> connection, MonoTime now) {
  if (size_ >= kIdleMax || connection->transactions() >= kTransactionsMax) return connection;
  auto& line = idle_[connection->target().endpoint.text()];
  if (line.size() >= kIdlePerEndpointMax) return connection;
  connection->idle_since = now;
  line.push_back(std::move(connection));
  ++size_;
  return nullptr;
}

std::vector<std::unique_ptr<SmtpConnection>> ConnectionPool::take_expired(MonoTime now) {
  std::vector<std::unique_ptr<SmtpConnection>> expired;
  for (auto line = idle_.begin(); line != idle_.end();) {
    auto& connections = line->second;
    while (!connections.empty() && connections.front()->idle_since + kIdleFor < now) {
      expired.push_back(std::move(connections.front()));
      connections.pop_front();
      --size_;
    }
    line = connections.empty() ? idle_.erase(line) : std::next(line);
  }
  return expired;
}

std::vector<std::unique_ptr<SmtpConnection>> ConnectionPool::take_all() {
  std::vector<std::unique_ptr<SmtpConnection>> all;
  for (auto& [endpoint, connections] : idle_) {
    for (auto& connection : connections) all.push_back(std::move(connection));
  }
  idle_.clear();
  size_ = 0;
  return all;
}

}  // namespace postroad::delivery
