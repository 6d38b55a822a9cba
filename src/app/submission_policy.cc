#include "app/submission_policy.h"

#include <fmt/format.h>

namespace postroad::app {
namespace {
/// A sandbox user that names no domain sends for this one.
constexpr std::string_view kSandboxDomain = "sandbox.test";
}  // namespace

std::optional<std::string> ProductionPolicy::authenticate(std::string_view, std::string_view) { return std::nullopt; }

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

std::optional<std::string> SandboxPolicy::authenticate(std::string_view user, std::string_view) {
  const std::size_t at = user.rfind('@');
  if (at == std::string_view::npos) return std::string(kSandboxDomain);
  const auto name = account::normal_domain_name(user.substr(at + 1));
  return name ? *name : std::string(kSandboxDomain);
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
