#pragma once
#include "account/accounts.h"
#include "account/credentials.h"
#include "ingress/smtp/session.h"

namespace postroad::app {

namespace asio = boost::asio;

/// Production: the credentials of a domain (contract/smtp.md §2); without AUTH, which only loopback listeners may allow, the
/// MAIL FROM domain must be ours.
class ProductionPolicy final : public ingress::smtp::Policy {
 public:
  struct Rules {
    bool auth_required = true;
    bool allow_plaintext_auth = false;  ///< Off loopback too.
  };
  ProductionPolicy(const account::Accounts& accounts, account::Credentials& credentials, Rules rules)
      : accounts_(accounts), credentials_(credentials), rules_(rules) {}
  bool offers_auth() const override { return true; }
  bool requires_auth() const override { return rules_.auth_required; }
  bool allows_clear_auth(std::string_view client_address) const override;
  asio::awaitable<ingress::smtp::LoginAnswer> authenticate(std::string user, std::string password,
                                                           std::string client) override;
  std::optional<std::string> domain_of_sender(const mail::Mailbox& sender) override;
  asio::awaitable<Result<account::DomainPtr>> domain_named(std::string name) override;

 private:
  const account::Accounts& accounts_;
  account::Credentials& credentials_;
  const Rules rules_;
};

/// The sandbox: any user and password, any sender; domains come into being when they are first used.
class SandboxPolicy final : public ingress::smtp::Policy {
 public:
  explicit SandboxPolicy(account::Accounts& accounts) : accounts_(accounts) {}
  bool offers_auth() const override { return true; }
  bool requires_auth() const override { return false; }
  bool allows_clear_auth(std::string_view) const override { return true; }
  asio::awaitable<ingress::smtp::LoginAnswer> authenticate(std::string user, std::string password,
                                                           std::string client) override;
  std::optional<std::string> domain_of_sender(const mail::Mailbox& sender) override;
  asio::awaitable<Result<account::DomainPtr>> domain_named(std::string name) override;

 private:
  account::Accounts& accounts_;
};

/// The domain with that name, made when there is none.
asio::awaitable<Result<account::DomainPtr>> find_or_create_domain(account::Accounts& accounts, std::string name);

}  // namespace postroad::app
