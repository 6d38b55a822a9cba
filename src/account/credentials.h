#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "account/accounts.h"
#include "account/login_throttle.h"

namespace postroad::account {

/// A mailbox login of a domain, without its password.
struct Credential {
  std::int64_t id = 0;
  DomainId domain;
  std::string login;  ///< The whole mailbox, lower case: "postmaster@mail.shop.test".
  WallTime created{};
};

/// SMTP credentials (contract/domains.md). Passwords are kept as argon2id; a login that has been verified is remembered
/// for a while under a keyed digest, since argon2id costs 32 ms on purpose.
class Credentials {
 public:
  static constexpr std::chrono::minutes kRememberFor{5};
  static constexpr std::size_t kRememberedMax = 10'000;
  static constexpr std::size_t kPerDomainMax = 1000;
  static constexpr std::string_view kSystemMailbox = "postmaster";

  Credentials(storage::Store& store, net::Executor& executor, Clock& clock, IdSource& ids, Random& random);

  /// At start.
  Result<void> load();
  std::vector<Credential> of_domain(DomainId domain) const;

  /// `login` is a local part or a whole address of the domain. kInvalidArgument: the password's length, or a login of
  /// another domain; an existing login gets the new password, as upstream.
  asio::awaitable<Result<Credential>> put(DomainPtr domain, std::string login, std::string password);
  /// kNotFound: "Credentials not found"; kInvalidArgument for the system mailbox.
  asio::awaitable<Result<Credential>> remove(DomainPtr domain, std::string login);
  /// All but the system mailbox; how many.
  asio::awaitable<Result<std::size_t>> remove_all(DomainPtr domain);
  bool exists(const Domain& domain, const std::string& login) const;

  enum class Verdict : std::uint8_t { kAccepted, kRefused, kThrottled };
  struct Login {
    Verdict verdict = Verdict::kRefused;
    DomainId domain;
  };
  /// Whoever guesses is slowed by client address and by account; an unknown user takes as long as a wrong password.
  asio::awaitable<Login> verify(std::string login, std::string password, std::string client);

  /// The whole address of a login of this domain; kInvalidArgument when it names another one.
  static Result<std::string> whole_login(const Domain& domain, const std::string& login);

 private:
  struct Held {
    Credential credential;
    std::string hash;
  };
  struct Remembered {
    DomainId domain;
    MonoTime until{};
  };
  std::optional<Held> find(const std::string& login) const;
  std::string memory_key(const std::string& login, const std::string& password) const;
  void remember(const std::string& key, DomainId domain);
  void forget_all();

  storage::Store& store_;
  net::Executor& executor_;
  Clock& clock_;
  IdSource& ids_;
  Random& random_;
  LoginThrottle throttle_;
  const std::string memory_secret_;
  mutable std::mutex mutex_;  ///< Guards the two below, never across an await.
  std::unordered_map<std::string, Held> by_login_;
  std::unordered_map<std::string, Remembered> remembered_;
};

}  // namespace postroad::account
