#include "app/submission_policy.h"

#include <fmt/format.h>

#include "net/endpoint.h"

namespace postroad::app {

using ingress::smtp::LoginAnswer;

namespace {
/// A sandbox user that names no domain sends for this one.
constexpr std::string_view kSandboxDomain = "sandbox.test";
}  // namespace

bool ProductionPolicy::allows_clear_auth(std::string_view client_address) const {
  return rules_.allow_plaintext_auth || net::is_loopback({std::string(client_address), 0});
}

asio::awaitable<LoginAnswer> ProductionPolicy::authenticate(std::string user, std::string password, std::string client) {
  using Verdict = account::Credentials::Verdict;
  const account::Credentials::Login login =
      co_await credentials_.verify(std::move(user), std::move(password), std::move(client));
  if (login.verdict == Verdict::kThrottled) co_return LoginAnswer{LoginAnswer::Verdict::kThrottled, {}};
  const account::DomainPtr domain = login.verdict == Verdict::kAccepted ? accounts_.directory()->domain(login.domain) : nullptr;
  if (domain == nullptr) co_return LoginAnswer{LoginAnswer::Verdict::kRefused, {}};
  co_return LoginAnswer{LoginAnswer::Verdict::kAccepted, domain->name};
}

std::optional<std::string> ProductionPolicy::domain_of_sender(const mail::Mailbox& sender) {
  const account::DomainPtr domain = accounts_.directory()->domain(sender.domain);
  if (domain == nullptr) return std::nullopt;
  return domain->name;
}

asio::awaitable<Result<account::DomainPtr>> ProductionPolicy::domain_named(std::string name) {
  account::DomainPtr domain = accounts_.directory()->domain(name);
  if (domain == nullptr) co_return fail_permanent(ErrorCode::kUnauthorized, fmt::format("Domain not found: {}", name));
  co_return domain;
}

asio::awaitable<LoginAnswer> SandboxPolicy::authenticate(std::string user, std::string, std::string) {
  const std::size_t at = user.rfind('@');
  const auto name = at == std::string::npos ? Result<std::string>(kSandboxDomain) : account::normal_domain_name(user.substr(at + 1));
  co_return LoginAnswer{LoginAnswer::Verdict::kAccepted, name ? *name : std::string(kSandboxDomain)};
}

std::optional<std::string> SandboxPolicy::domain_of_sender(const mail::Mailbox& sender) {
  const auto name = account::normal_domain_name(sender.domain);
  return name ? *name : std::string(kSandboxDomain);
}

asio::awaitable<Result<account::DomainPtr>> SandboxPolicy::domain_named(std::string name) {
  co_return co_await find_or_create_domain(accounts_, std::move(name));
}

asio::awaitable<Result<account::DomainPtr>> find_or_create_domain(account::Accounts& accounts, std::string name) {
  if (account::DomainPtr domain = accounts.directory()->domain(name)) co_return domain;
  account::NewDomain wanted{.name = name, .dkim_selector = {}};
  Result<account::DomainPtr> made = co_await accounts.create_domain(std::move(wanted));
  // Two requests may have met here: the other one's domain is as good.
  if (!made && made.error().code == ErrorCode::kConflict) {
    if (account::DomainPtr domain = accounts.directory()->domain(name)) co_return domain;
  }
  co_return made;
}

}  // namespace postroad::app
