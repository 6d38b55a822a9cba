#pragma once
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "net/http/message.h"

namespace postroad::ingress::http {

/// Whose base URL ends in a version that their paths repeat ("/v3/v3/domains"): served all the same, and told about once an
/// hour for each client. Safe from any loop.
class BaseUrlHints {
 public:
  static constexpr std::chrono::hours kInterval{1};
  static constexpr std::size_t kClientsMax = 1000;  ///< Beyond, those told longest ago are forgotten.

  explicit BaseUrlHints(Clock& clock) : clock_(clock) {}
  /// What to set instead, for the log and the answer; empty when this client was told within the hour.
  std::string hint_for(const net::http::Request& request);

 private:
  Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, MonoTime> told_;  ///< By client address.
};

/// The setting by which the client that sent this User-Agent takes its base URL, in its own words.
std::string_view base_url_setting(std::string_view user_agent);

}  // namespace postroad::ingress::http
