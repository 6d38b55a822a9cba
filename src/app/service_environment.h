#pragma once
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "net/handed_socket.h"
#include "net/service_manager.h"

namespace postroad::app {

/// What a service manager says in the environment: sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3).
struct ServiceEnvironment {
  static constexpr int kFirstSocket = 3;
  static constexpr std::int64_t kSocketsMax = 64;

  std::string notify_socket;
  std::chrono::microseconds watchdog{0};
  std::vector<std::string> socket_names;  ///< Of descriptors kFirstSocket and on; "unknown" where it gave none.
  std::string ignored;                    ///< Empty, or why sockets in the environment are not ours.
};

/// `variable` answers null for one that is not set; `self` is this process. kInvalidArgument: a number that is none or too large, or
/// names that do not fit the count.
Result<ServiceEnvironment> read_service_environment(const std::function<const char*(const char*)>& variable, pid_t self);

/// What of it this process took over: once, before any thread starts. The variables are gone from the environment afterwards, so that
/// no child takes itself for the service.
struct Service {
  net::ServiceManager manager;
  std::vector<net::HandedSocket> sockets;
  std::string ignored;  ///< As ServiceEnvironment's.
};
/// Fails as read_service_environment, ServiceManager::at and take_handed_socket do; `manager` is told of it if it can be.
Result<Service> take_service_environment();

}  // namespace postroad::app
