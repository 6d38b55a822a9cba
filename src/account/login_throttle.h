#pragma once
#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace postroad::account {

/// Slows guessing: counts failed logins by key (a client address, an account) within a window. Any thread.
class LoginThrottle {
 public:
  static constexpr std::size_t kFailuresMax = 20;          ///< in kWindow; then logins are refused unseen
  static constexpr std::chrono::minutes kWindow{10};
  static constexpr std::size_t kKeysMax = 100'000;         ///< the least recently seen are forgotten

  explicit LoginThrottle(const Clock& clock) : clock_(clock) {}
  bool allowed(const std::string& key);
  void failed(const std::string& key);
  void succeeded(const std::string& key);

 private:
  void forget_old(std::deque<MonoTime>& failures) const;
  const Clock& clock_;
  std::mutex mutex_;  ///< Guards the two below.
  std::unordered_map<std::string, std::deque<MonoTime>> failures_;
  std::deque<std::string> order_;
};

}  // namespace postroad::account
