#include "net/http/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "base/log.h"
#include "net/http/connection.h"

namespace postroad::net::http {
namespace {

constexpr std::chrono::milliseconds kStopInterval{10};

/// Serves one connection and takes it off the list.
asio::awaitable<void> serve(std::shared_ptr<ServerState> state, std::shared_ptr<Connection> connection,
                            std::list<std::weak_ptr<Connection>>::iterator place) {
  co_await connection->run();
  const std::lock_guard lock(state->mutex);
  state->connections.erase(place);
}

/// Calls `end` on every connection's loop.
void tell_all(ServerState& state, void (Connection::*end)()) {
  const std::lock_guard lock(state.mutex);
  for (const std::weak_ptr<Connection>& weak : state.connections) {
    if (const std::shared_ptr<Connection> connection = weak.lock()) {
      asio::post(connection->executor(), [connection, end] { ((*connection).*end)(); });
    }
  }
}

}  // namespace

Server::Server(const World& world, Handler& handler, const ServerSettings& settings)
    : state_(std::make_shared<ServerState>(world, handler, settings)) {}

Server::~Server() = default;

void Server::accept(StreamPtr stream) {
  const asio::any_io_executor loop = stream->executor();
  std::list<std::weak_ptr<Connection>>::iterator place;
  std::shared_ptr<Connection> connection;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->ended || state_->connections.size() >= state_->settings.connections_max) return;
    connection = std::make_shared<Connection>(state_, std::move(stream));
    place = state_->connections.insert(state_->connections.end(), connection);
  }
  asio::co_spawn(loop, serve(state_, std::move(connection), place), asio::detached);
}

asio::awaitable<void> Server::stop(Deadline deadline) {
  const auto state = state_;
  {
    const std::lock_guard lock(state->mutex);
    state->draining = true;
  }
  tell_all(*state, &Connection::drain);
  const MonoTime newcomers_until = state->world.clock.mono() + kNewcomerDrainMax;
  bool closed = false, newcomers = true;
  for (;;) {
    {
      const std::lock_guard lock(state->mutex);
      state->ended = state->connections.empty();
      if (state->ended) co_return;
    }
    const MonoTime now = state->world.clock.mono();
    if (newcomers && now >= newcomers_until) {
      newcomers = false;
      tell_all(*state, &Connection::drain_newcomer);
    }
    if (!closed && now >= deadline) {
      closed = true;
      log::warn("http_stop_forced", {{"connections", connections()}});
      tell_all(*state, &Connection::close);
    }
    co_await state->world.timers.sleep_until(now + kStopInterval);
  }
}

std::size_t Server::connections() const {
  const std::lock_guard lock(state_->mutex);
  return state_->connections.size();
}

}  // namespace postroad::net::http
