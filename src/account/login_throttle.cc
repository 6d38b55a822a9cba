#include "account/login_throttle.h"

namespace postroad::account {

void LoginThrottle::forget_old(std::deque<MonoTime>& failures) const {
  const MonoTime oldest = clock_.mono() - kWindow;
  while (!failures.empty() && failures.front() < oldest) failures.pop_front();
}

bool LoginThrottle::allowed(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = failures_.find(key);
  if (found == failures_.end()) return true;
  forget_old(found->second);
  return found->second.size() < kFailuresMax;
}

void LoginThrottle::failed(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto [place, added] = failures_.try_emplace(key);
  forget_old(place->second);
  place->second.push_back(clock_.mono());
  if (place->second.size() > kFailuresMax) place->second.pop_front();
  if (!added) return;
  order_.push_back(key);
  if (order_.size() <= kKeysMax) return;
  failures_.erase(order_.front());
  order_.pop_front();
}

void LoginThrottle::succeeded(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (const auto found = failures_.find(key); found != failures_.end()) found->second.clear();
}

}  // namespace postroad::account
