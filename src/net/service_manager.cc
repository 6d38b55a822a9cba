#include "net/service_manager.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "base/log.h"

namespace postroad::net {
namespace {

std::string one_line(std::string_view text) {
  std::string line(text.substr(0, ServiceManager::kStatusBytesMax));
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, ' ');
  return line;
}

std::unexpected<Error> bad_address(const std::string& address, std::string_view why) {
  return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("NOTIFY_SOCKET={}: {}", address, why));
}

}  // namespace

Result<ServiceManager> ServiceManager::at(const std::string& address, std::chrono::microseconds watchdog) {
  ServiceManager manager;
  if (address.empty()) return manager;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (address.front() != '/' && address.front() != '@') return bad_address(address, "is neither a path nor an abstract name");
  if (address.size() < 2 || address.size() >= sizeof to.sun_path) {
    return bad_address(address, fmt::format("a socket's name has 2 to {} bytes", sizeof to.sun_path - 1));
  }
  std::memcpy(to.sun_path, address.data(), address.size());
  const bool abstract = address.front() == '@';
  if (abstract) to.sun_path[0] = '\0';  // unix(7): the name is then all bytes behind it, without an end.
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size() + (abstract ? 0 : 1));
  manager.socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (manager.socket_ < 0 || ::connect(manager.socket_, reinterpret_cast<const sockaddr*>(&to), length) != 0) {
    return bad_address(address, std::strerror(errno));
  }
  manager.watchdog_ = watchdog;
  return manager;
}

ServiceManager::ServiceManager(ServiceManager&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), watchdog_(std::exchange(other.watchdog_, {})) {}

ServiceManager& ServiceManager::operator=(ServiceManager&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(watchdog_, other.watchdog_);
  return *this;
}

ServiceManager::~ServiceManager() {
  if (socket_ >= 0) ::close(socket_);
}

void ServiceManager::status(std::string_view text) const { send("STATUS=" + one_line(text)); }
void ServiceManager::ready(std::string_view text) const { send("READY=1\nSTATUS=" + one_line(text)); }
void ServiceManager::stopping(std::string_view text) const { send("STOPPING=1\nSTATUS=" + one_line(text)); }
void ServiceManager::alive() const { send("WATCHDOG=1"); }

void ServiceManager::reloading(MonoTime now) const {
  // The same clock as the manager's: steady_clock is CLOCK_MONOTONIC here.
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reading the configuration again", since.count()));
}

void ServiceManager::failed(const Error& error) const {
  send(fmt::format("STATUS=cannot start: {}\nERRNO={}", one_line(error.detail), errno_of(error.code)));
}

void ServiceManager::send(std::string_view state) const {
  if (socket_ < 0 || ::send(socket_, state.data(), state.size(), MSG_NOSIGNAL) >= 0) return;
  log::warn("service_manager_not_told", {{"state", state.substr(0, state.find('\n'))}, {"error", std::strerror(errno)}});
}

int errno_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnauthorized: return EACCES;
    case ErrorCode::kNotFound: return ENOENT;
    case ErrorCode::kConflict: return EBUSY;
    case ErrorCode::kTooLarge: return E2BIG;
    case ErrorCode::kTimeout: return ETIMEDOUT;
    case ErrorCode::kConnectionLost: return ECONNRESET;
    case ErrorCode::kDiskFull: return ENOSPC;
    case ErrorCode::kDiskFailed: return EIO;
    case ErrorCode::kCorrupt: return EUCLEAN;
    case ErrorCode::kUnsupported: return EOPNOTSUPP;
    default: return EINVAL;
  }
}

}  // namespace postroad::net
