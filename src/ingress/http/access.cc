#include "ingress/http/access.h"

#include <fmt/format.h>

#include "base/text.h"

namespace postroad::ingress::http {
namespace {

constexpr std::string_view kUser = "api";
constexpr std::size_t kAuthorizationBytesMax = 4096;

std::unexpected<Error> unknown_domain(std::string_view name) {
  return fail_permanent(ErrorCode::kNotFound, fmt::format("Domain not found: {}", name));
}

}  // namespace

bool may(const Caller& caller, Need need) {
  using account::KeyRole;
  switch (need) {
    case Need::kNothing: return true;
    case Need::kRead: return caller.role != KeyRole::kSending;
    case Need::kSend: return caller.role != KeyRole::kBasic;
    case Need::kManage: return caller.role == KeyRole::kAdmin || caller.role == KeyRole::kDeveloper;
    case Need::kAdmin: return caller.role == KeyRole::kAdmin;
  }
  return false;
}

std::optional<Caller> AccountAccess::authenticate(std::string_view secret) const {
  const account::DirectoryPtr directory = accounts_.directory();
  const account::ApiKey* key = directory->api_key(secret);
  if (key == nullptr) return std::nullopt;
  return Caller{key->role, key->domain, key->public_id};
}

asio::awaitable<Result<account::DomainPtr>> AccountAccess::domain_named(std::string name) {
  account::DomainPtr domain = accounts_.directory()->domain(name);
  if (domain == nullptr) co_return unknown_domain(name);
  co_return domain;
}

std::optional<Caller> SandboxAccess::authenticate(std::string_view secret) const {
  if (secret.empty()) return std::nullopt;
  return Caller{account::KeyRole::kAdmin, std::nullopt, "sandbox"};
}

asio::awaitable<Result<account::DomainPtr>> SandboxAccess::domain_named(std::string name) {
  if (account::DomainPtr domain = accounts_.directory()->domain(name)) co_return domain;
  account::NewDomain wanted{.name = name, .dkim_selector = {}};
  Result<account::DomainPtr> made = co_await accounts_.create_domain(std::move(wanted));
  if (made) co_return made;
  if (made.error().code == ErrorCode::kInvalidArgument) co_return unknown_domain(name);
  // Two first requests may have met: the other one's domain is as good.
  if (account::DomainPtr domain = accounts_.directory()->domain(name)) co_return domain;
  co_return made;
}

std::optional<std::string> key_of(std::string_view authorization) {
  if (authorization.size() > kAuthorizationBytesMax) return std::nullopt;
  const std::size_t space = authorization.find(' ');
  const std::string_view scheme = authorization.substr(0, space);
  const std::string_view rest = space == std::string_view::npos ? std::string_view() : trim(authorization.substr(space));
  if (rest.empty()) return std::nullopt;
  if (ascii_iequals(scheme, "Bearer")) return std::string(rest);
  if (!ascii_iequals(scheme, "Basic")) return std::nullopt;
  const std::optional<std::string> pair = base64_decode(rest);
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  const std::string_view user = std::string_view(*pair).substr(0, colon);
  if (!user.empty() && !ascii_iequals(user, kUser)) return std::nullopt;
  return pair->substr(colon + 1);
}

}  // namespace postroad::ingress::http
