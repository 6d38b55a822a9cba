#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "account/accounts.h"

namespace postroad::ingress::http {

namespace asio = boost::asio;

/// Who asks, once the key is known.
struct Caller {
  account::KeyRole role = account::KeyRole::kBasic;
  std::optional<DomainId> domain;  ///< A sending key's; it may do nothing elsewhere.
  std::string key_id;              ///< For events and logs; never the key.
};

/// What a call asks of its key (contract/accounts-keys-limits.md §1).
enum class Need : std::uint8_t { kNothing, kRead, kSend, kManage, kAdmin };
bool may(const Caller& caller, Need need);

/// How keys and domains are known: by the account, or not at all in the sandbox.
class Access {
 public:
  virtual ~Access() = default;
  /// Nullopt: no such key.
  virtual std::optional<Caller> authenticate(std::string_view secret) const = 0;
  /// kNotFound: "Domain not found: " and its name.
  virtual asio::awaitable<Result<account::DomainPtr>> domain_named(std::string name) = 0;
};

/// Production: only what is in the account.
class AccountAccess final : public Access {
 public:
  explicit AccountAccess(const account::Accounts& accounts) : accounts_(accounts) {}
  std::optional<Caller> authenticate(std::string_view secret) const override;
  asio::awaitable<Result<account::DomainPtr>> domain_named(std::string name) override;

 private:
  const account::Accounts& accounts_;
};

/// The sandbox: any key that is not empty is an admin's; domains come into being when they are first used.
class SandboxAccess final : public Access {
 public:
  explicit SandboxAccess(account::Accounts& accounts) : accounts_(accounts) {}
  std::optional<Caller> authenticate(std::string_view secret) const override;
  asio::awaitable<Result<account::DomainPtr>> domain_named(std::string name) override;

 private:
  account::Accounts& accounts_;
};

/// The key in an Authorization value (RFC 9110 §11): Basic with user `api` in any case or none, or Bearer. Nullopt when
/// there is none.
std::optional<std::string> key_of(std::string_view authorization);

}  // namespace postroad::ingress::http
