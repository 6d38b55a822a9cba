#include "delivery/connection_pool.h"

namespace postroad::delivery {

std::unique_ptr<SmtpConnection> ConnectionPool::take(const net::Endpoint& endpoint) {
  const auto found = idle_.find(endpoint.text());
  if (found == idle_.end()) return nullptr;
  std::unique_ptr<SmtpConnection> youngest = std::move(found->second.back());
  found->second.pop_back();
  --size_;
  if (found->second.empty()) idle_.erase(found);
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
