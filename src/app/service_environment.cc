#include "app/service_environment.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/text.h"

namespace postroad::app {
namespace {

constexpr const char* kVariables[] = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"};

using Variable = std::function<const char*(const char*)>;

std::string text_of(const Variable& variable, const char* name) {
  const char* const value = variable(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// `absent` when it is not set.
Result<std::int64_t> number_of(const Variable& variable, const char* name, std::int64_t absent, std::int64_t most) {
  const std::string text = text_of(variable, name);
  if (text.empty()) return absent;
  const std::optional<std::int64_t> number = parse_int(text);
  if (number && *number >= 0 && *number <= most) return *number;
  return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{}={} is not a number from 0 to {}", name, text, most));
}

Result<void> read_sockets(const Variable& variable, pid_t self, ServiceEnvironment& found) {
  ASSIGN_OR_RETURN(const std::int64_t count, number_of(variable, "LISTEN_FDS", 0, ServiceEnvironment::kSocketsMax));
  if (count == 0) return {};
  const std::string owner = text_of(variable, "LISTEN_PID");
  if (owner != std::to_string(self)) {
    found.ignored = fmt::format("LISTEN_PID is {} and this process is {}: start the program itself, not a shell around it", owner.empty() ? "not set" : owner, self);
    return {};
  }
  const std::string names = text_of(variable, "LISTEN_FDNAMES");
  if (!names.empty()) {
    for (const std::string_view name : split(names, ':')) found.socket_names.emplace_back(name);
  }
  const std::size_t named = found.socket_names.size();
  if (named != 0 && named != static_cast<std::size_t>(count)) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("LISTEN_FDS={}, and LISTEN_FDNAMES={} names {}", count, names, named));
  }
  found.socket_names.resize(static_cast<std::size_t>(count), "unknown");
  return {};
}

Result<std::vector<net::HandedSocket>> take_sockets(const std::vector<std::string>& names) {
  std::vector<net::HandedSocket> sockets;
  int number = ServiceEnvironment::kFirstSocket;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(net::HandedSocket socket, net::take_handed_socket(number++, name));
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

}  // namespace

Result<ServiceEnvironment> read_service_environment(const Variable& variable, pid_t self) {
  ServiceEnvironment found;
  found.notify_socket = text_of(variable, "NOTIFY_SOCKET");
  ASSIGN_OR_RETURN(const std::int64_t watchdog, number_of(variable, "WATCHDOG_USEC", 0, INT64_MAX));
  const std::string watched = text_of(variable, "WATCHDOG_PID");
  if (watched.empty() || watched == std::to_string(self)) found.watchdog = std::chrono::microseconds(watchdog);
  RETURN_IF_ERROR(read_sockets(variable, self, found));
  return found;
}

Result<Service> take_service_environment() {
  Result<ServiceEnvironment> found = read_service_environment([](const char* name) { return std::getenv(name); }, getpid());
  const std::string address = found ? found->notify_socket : text_of([](const char* name) { return std::getenv(name); }, "NOTIFY_SOCKET");
  for (const char* const name : kVariables) unsetenv(name);
  ASSIGN_OR_RETURN(net::ServiceManager manager, net::ServiceManager::at(address, found ? found->watchdog : std::chrono::microseconds(0)));
  Result<std::vector<net::HandedSocket>> sockets = found ? take_sockets(found->socket_names) : std::unexpected(found.error());
  if (!sockets) {
    manager.failed(sockets.error());
    return std::unexpected(std::move(sockets).error());
  }
  return Service{.manager = std::move(manager), .sockets = *std::move(sockets), .ignored = std::move(found->ignored)};
}

}  // namespace postroad::app
