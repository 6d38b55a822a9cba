#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace postroad::net {

/// Tells the service manager that started us how we are: the datagrams of sd_notify(3), written over the protocol
/// (docs/decisions/0008). Without an address everything is a no-op. Never waits; a datagram that is not taken is logged and given
/// up. Any thread.
class ServiceManager {
 public:
  static constexpr std::size_t kStatusBytesMax = 500;  ///< Of one STATUS line; the rest is cut off.

  /// `address` is NOTIFY_SOCKET: a path, "@" and an abstract name, or empty: nobody listens. kInvalidArgument: neither.
  /// `watchdog` is WATCHDOG_USEC, the longest silence that is taken for life; zero: nobody watches.
  static Result<ServiceManager> at(const std::string& address, std::chrono::microseconds watchdog);
  ServiceManager() = default;  ///< There is none.
  ServiceManager(ServiceManager&& other) noexcept;
  ServiceManager& operator=(ServiceManager&& other) noexcept;
  ~ServiceManager();

  bool listens() const { return socket_ >= 0; }
  /// How often alive() is due: half of what is allowed. Zero: never.
  std::chrono::microseconds alive_every() const { return watchdog_ / 2; }

  /// A line for whoever asks `systemctl status`; line ends in it become spaces.
  void status(std::string_view text) const;
  /// The start, or a reload, is through.
  void ready(std::string_view text) const;
  /// The configuration is being read again, since `now`; ready() ends it.
  void reloading(MonoTime now) const;
  void stopping(std::string_view text) const;
  /// The start failed: `text`, and the number of errno(3) that says it best.
  void failed(const Error& error) const;
  void alive() const;

 private:
  void send(std::string_view state) const;

  int socket_ = -1;  ///< Connected: sends to NOTIFY_SOCKET.
  std::chrono::microseconds watchdog_{0};
};

/// The number of errno(3) nearest to what went wrong.
int errno_of(ErrorCode code);

}  // namespace postroad::net
