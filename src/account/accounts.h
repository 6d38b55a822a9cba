#pragma once
#include <functional>
#include <mutex>
#include <string>

#include "account/directory.h"
#include "base/id_source.h"
#include "base/random.h"
#include "net/loops.h"
#include "storage/store.h"

namespace postroad::account {

namespace asio = boost::asio;

/// A key as it is shown once, when it is made.
struct NewApiKey {
  ApiKey key;
  std::string secret;
};

struct NewDomain {
  std::string name;           ///< Any case, U-labels or A-labels.
  std::string dkim_selector;  ///< Empty: kDefaultSelector.
  DomainState state = DomainState::kActive;
};

/// What the customer owns: domains with their DKIM keys, API keys. Reads go to `directory()`, a snapshot; each change
/// is committed first and then shown in a new snapshot.
class Accounts {
 public:
  static constexpr std::string_view kDefaultSelector = "mailgun";
  static constexpr std::string_view kEd25519SelectorSuffix = "-ed";
  static constexpr std::size_t kDomainNameBytesMax = 253;
  static constexpr std::size_t kDomainsMax = 100'000;

  /// `executor` runs key generation on its "crypto" pool.
  Accounts(storage::Store& store, net::Executor& executor, IdSource& ids, Random& random)
      : store_(store), executor_(executor), ids_(ids), random_(random) {}

  /// Reads everything from the store: at start, before the first request.
  Result<void> load();
  DirectoryPtr directory() const;

  /// Creates a domain with an RSA-2048 and an Ed25519 key. kConflict: "This domain name is already taken";
  /// kInvalidArgument: not a domain name, with the reason.
  asio::awaitable<Result<DomainPtr>> create_domain(NewDomain wanted);
  /// kNotFound: "Domain not found".
  asio::awaitable<Result<void>> delete_domain(std::string name);
  /// Mail of an active domain alone is taken and delivered. kNotFound.
  asio::awaitable<Result<DomainPtr>> set_domain_state(std::string name, DomainState state);

  /// Makes a pending pair of keys; the active ones go on signing. `selector` empty: the active one's with the next number.
  /// kNotFound; kConflict: a rotation is under way, or the domain has that selector.
  asio::awaitable<Result<DomainPtr>> begin_dkim_rotation(std::string name, std::string selector);
  /// Pending keys sign from now on, active ones are retired, retired ones go. kNotFound; kConflict: none is pending.
  asio::awaitable<Result<DomainPtr>> finish_dkim_rotation(std::string name);
  /// Makes a random key with the prefix "key-".
  asio::awaitable<Result<NewApiKey>> create_api_key(KeyRole role, std::string description);
  /// Takes a key the operator chose ([bootstrap] api_key); at least 16 characters, else kInvalidArgument.
  asio::awaitable<Result<ApiKey>> add_api_key(std::string secret, KeyRole role, std::string description);

  /// The key works no more once this returns. kNotFound: "API key not found".
  asio::awaitable<Result<void>> revoke_api_key(std::string public_id);

 private:
  Result<void> read_domains(Directory& into) const;
  Result<void> read_dkim_keys(Directory& into) const;
  Result<void> read_api_keys(Directory& into) const;
  void show(DirectoryPtr next);
  DomainPtr show_added(Domain domain);
  /// Null: it has been deleted meanwhile.
  DomainPtr show_changed(DomainId id, const std::function<void(Domain&)>& change);

  storage::Store& store_;
  net::Executor& executor_;
  IdSource& ids_;
  Random& random_;
  mutable std::mutex mutex_;  ///< Guards `directory_` only, never across an await.
  DirectoryPtr directory_ = std::make_shared<const Directory>();
};

/// "mailgun" is followed by "mailgun2", that by "mailgun3".
std::string next_selector(std::string_view selector);

/// A usable name for a sending domain, in lower-case A-labels; kInvalidArgument with the reason.
Result<std::string> normal_domain_name(std::string_view name);

}  // namespace postroad::account
