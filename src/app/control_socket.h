#pragma once
#include <memory>
#include <string>

#include "app/control.h"
#include "net/http/server.h"
#include "net/network.h"

namespace postroad::app {

/// Serves Control on `data_dir`/control.sock as `POST /NAME` with a JSON object of parameters. The directory is ours
/// alone (0700), so whoever can connect may ask.
class ControlSocket final : public net::http::Handler {
 public:
  static constexpr std::size_t kBodyBytesMax = 64 * 1024;

  ControlSocket(const net::http::Server::World& world, net::Network& network, Control& control)
      : clock_(world.clock), control_(control), network_(network), server_(world, *this) {}
  Result<void> listen(const std::string& data_dir);
  asio::awaitable<void> stop(Deadline deadline);

  asio::awaitable<net::http::Response> handle(net::http::Request& request, net::http::Body& body) override;
  static std::string path_in(const std::string& data_dir) { return data_dir + "/control.sock"; }

 private:
  Clock& clock_;
  Control& control_;
  net::Network& network_;
  net::http::Server server_;
  std::unique_ptr<net::Listener> listener_;
};

inline constexpr std::chrono::seconds kControlAnswerMax{300};
/// Asks a running server, blocking: for the command line. kConnectionLost: no server answers there, or not within `wait`.
Result<std::string> ask_running_server(const std::string& data_dir, const std::string& name, const Control::Parameters& parameters,
                                       std::chrono::milliseconds wait = kControlAnswerMax);

}  // namespace postroad::app
