#pragma once
#include "account/accounts.h"
#include "ingress/smtp/session.h"

namespace postroad::app {

namespace asio = boost::asio;

/// Production: credentials are a later version's; without AUTH (loopback only) the MAIL FROM domain must be ours.
class ProductionPolicy final : public ingress::smtp::Policy {
 public:
  ProductionPolicy(const account::Accounts& accounts, bool auth_required)
      : accounts_(accounts), auth_required_(auth_required) {}
  bool offers_auth() const override { return false; }
  bool requires_auth() const override { return auth_required_; }
  std::optional<std::string> authenticate(std::string_view user, std::string_view password) override;
  std::optional<std::string> domain_of_sender(const mail::Mailbox& sender) override;
  asio::awaitable<Result<account::DomainPtr>> domain_named(std::string name) override;

 private:
  const account::Accounts& accounts_;
  const bool auth_required_;
};

/// The sandbox: any user and password, any sender; domains come into being when they are first used.
class SandboxPolicy final : public ingress::smtp::Policy {
 public:
  explicit SandboxPolicy(account::Accounts& accounts) : accounts_(accounts) {}
  bool offers_auth() const override { return true; }
  bool requires_auth() const override { return false; }
  std::optional<std::string> authenticate(std::string_view user, std::string_view password) override;
  std::optional<std::string> domain_of_sender(const mail::Mailbox& sender) override;
  asio::awaitable<Result<account::DomainPtr>> domain_named(std::string name) override;

 private:
  account::Accounts& accounts_;
};

/// The domain with that name, made when there is none.
asio::awaitable<Result<account::DomainPtr>> find_or_create_domain(account::Accounts& accounts, std::string name);

}  // namespace postroad::app
