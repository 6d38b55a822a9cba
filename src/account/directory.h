#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/id.h"

namespace postroad::account {

enum class DomainState : std::int8_t { kActive = 0, kUnverified = 1, kDisabled = 2 };
std::string_view state_name(DomainState state);

/// A key signs when it is active. A pending one waits until its record is seen in DNS; a retired one signs no more, but mail that
/// it signed is still verified with its record.
enum class DkimKeyState : std::int8_t { kActive = 0, kPending = 1, kRetired = 2 };
std::string_view state_name(DkimKeyState state);

/// A DKIM key of a domain. The private half never leaves the server.
struct DkimKeyRecord {
  std::int64_t id = 0;
  std::string selector;
  std::string algorithm;  ///< "rsa" or "ed25519"
  std::string private_pem;
  std::string dns_value;  ///< "v=DKIM1; k=rsa; p=…"
  DkimKeyState state = DkimKeyState::kActive;
};

/// A sending domain. Immutable; a change makes a new one in a new directory.
struct Domain {
  DomainId id;
  std::string name;  ///< Lower-case A-labels.
  DomainState state = DomainState::kActive;
  WallTime created{};
  std::vector<DkimKeyRecord> dkim_keys;
};
using DomainPtr = std::shared_ptr<const Domain>;

enum class KeyRole : std::int8_t { kAdmin = 0, kDeveloper = 1, kBasic = 2, kSending = 3 };
std::string_view role_name(KeyRole role);

/// What is known of an API key: never the key itself, only its SHA-256.
struct ApiKey {
  ApiKeyId id;
  KeyRole role = KeyRole::kAdmin;
  std::optional<DomainId> domain;  ///< A sending key is for one domain.
  std::string public_id;           ///< Shown in events and lists: "b1f0c2-77aa01".
  std::string description;
};

/// Everything a request needs to know of the account, as it was at one moment. Immutable and shared by all loops.
class Directory {
 public:
  /// By name, any case. Null: unknown.
  DomainPtr domain(std::string_view name) const;
  DomainPtr domain(DomainId id) const;
  std::vector<DomainPtr> domains() const;  ///< Newest first.
  /// By the key itself: its SHA-256 is looked up, then compared in constant time.
  const ApiKey* api_key(std::string_view secret) const;
  std::size_t api_keys() const { return keys_.size(); }
  std::vector<ApiKey> all_api_keys() const;  ///< Oldest first.

 private:
  friend class Accounts;
  std::unordered_map<std::string, DomainPtr> by_name_;
  std::unordered_map<DomainId, DomainPtr> by_id_;
  std::unordered_map<std::string, ApiKey> keys_;  ///< By raw SHA-256.
};
using DirectoryPtr = std::shared_ptr<const Directory>;

}  // namespace postroad::account
