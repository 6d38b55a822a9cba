#include "account/directory.h"

#include <algorithm>

#include "base/text.h"

namespace postroad::account {

std::string_view state_name(DomainState state) {
  switch (state) {
    case DomainState::kActive: return "active";
    case DomainState::kUnverified: return "unverified";
    case DomainState::kDisabled: return "disabled";
  }
  return "disabled";
}

std::string_view state_name(DkimKeyState state) {
  switch (state) {
    case DkimKeyState::kActive: return "active";
    case DkimKeyState::kPending: return "pending";
    case DkimKeyState::kRetired: return "retired";
  }
  return "retired";
}

std::string_view role_name(KeyRole role) {
  switch (role) {
    case KeyRole::kAdmin: return "admin";
    case KeyRole::kDeveloper: return "developer";
    case KeyRole::kBasic: return "basic";
    case KeyRole::kSending: return "sending";
  }
  return "basic";
}

DomainPtr Directory::domain(std::string_view name) const {
  const auto found = by_name_.find(ascii_lower(name));
  return found == by_name_.end() ? nullptr : found->second;
}

DomainPtr Directory::domain(DomainId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<DomainPtr> Directory::domains() const {
  std::vector<DomainPtr> all;
  all.reserve(by_id_.size());
  for (const auto& [id, domain] : by_id_) all.push_back(domain);
  std::ranges::sort(all, [](const DomainPtr& a, const DomainPtr& b) { return a->id > b->id; });
  return all;
}

const ApiKey* Directory::api_key(std::string_view secret) const {
  const std::string digest = sha256(secret);
  const auto found = keys_.find(digest);
  if (found == keys_.end() || !constant_time_equals(found->first, digest)) return nullptr;
  return &found->second;
}

std::vector<ApiKey> Directory::all_api_keys() const {
  std::vector<ApiKey> all;
  all.reserve(keys_.size());
  for (const auto& [digest, key] : keys_) all.push_back(key);
  std::ranges::sort(all, [](const ApiKey& a, const ApiKey& b) { return a.id < b.id; });
  return all;
}

}  // namespace postroad::account
