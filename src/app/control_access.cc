#include "app/control_answers.h"

#include <fmt/format.h>

#include "base/json_writer.h"

namespace postroad::app {
namespace {

Result<account::DomainPtr> domain_of_login(const Core& core, const std::string& login) {
  const std::size_t at = login.rfind('@');
  if (at == std::string::npos) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{} is no whole login, as app@mail.example.com", login));
  }
  account::DomainPtr domain = core.accounts->directory()->domain(login.substr(at + 1));
  if (domain == nullptr) return fail_permanent(ErrorCode::kNotFound, fmt::format("Domain not found: {}", login.substr(at + 1)));
  return domain;
}

}  // namespace

asio::awaitable<Result<std::string>> key_create(ControlParts parts, ControlParameters parameters) {
  using enum account::KeyRole;
  const std::string wanted = value_of(parameters, "role");
  account::KeyRole role = kAdmin;
  for (const account::KeyRole one : {kAdmin, kDeveloper, kBasic, kSending}) {
    if (account::role_name(one) == wanted) role = one;
  }
  if (!wanted.empty() && account::role_name(role) != wanted) {
    co_return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("there is no role {}", wanted));
  }
  Result<account::NewApiKey> made = co_await parts.core.accounts->create_api_key(role, value_of(parameters, "description"));
  if (!made) co_return std::unexpected(std::move(made).error());
  JsonWriter json;
  json.begin_object().field("id", made->key.public_id).field("role", account::role_name(role));
  json.field("secret", made->secret).end_object();
  co_return json.take();
}

asio::awaitable<Result<std::string>> key_list(ControlParts parts, ControlParameters) {
  JsonWriter json;
  json.begin_object().key("keys").begin_array();
  for (const account::ApiKey& key : parts.core.accounts->directory()->all_api_keys()) {
    json.begin_object().field("id", key.public_id).field("role", account::role_name(key.role));
    json.field("description", key.description).end_object();
  }
  json.end_array().end_object();
  co_return json.take();
}

asio::awaitable<Result<std::string>> key_revoke(ControlParts parts, ControlParameters parameters) {
  CO_RETURN_IF_ERROR(co_await parts.core.accounts->revoke_api_key(value_of(parameters, "id")));
  co_return R"({"message":"API key has been revoked"})";
}

asio::awaitable<Result<std::string>> credential_create(ControlParts parts, ControlParameters parameters) {
  std::string login = value_of(parameters, "login");
  Result<account::DomainPtr> domain = domain_of_login(parts.core, login);
  if (!domain) co_return std::unexpected(std::move(domain).error());
  std::string password = value_of(parameters, "password");
  const Result<account::Credential> made = co_await parts.core.credentials->put(*std::move(domain), std::move(login), password);
  if (!made) co_return std::unexpected(made.error());
  JsonWriter json;
  json.begin_object().field("message", "Login has been created").field("login", made->login);
  if (!value_of(parameters, "show").empty()) json.field("password", password);
  json.end_object();
  co_return json.take();
}

asio::awaitable<Result<std::string>> credential_list(ControlParts parts, ControlParameters parameters) {
  const account::DomainPtr domain = parts.core.accounts->directory()->domain(value_of(parameters, "domain"));
  if (domain == nullptr) co_return fail_permanent(ErrorCode::kNotFound, "Domain not found");
  JsonWriter json;
  json.begin_object().key("credentials").begin_array();
  for (const account::Credential& one : parts.core.credentials->of_domain(domain->id)) {
    json.begin_object().field("login", one.login).field("created_at", shown(one.created)).end_object();
  }
  json.end_array().end_object();
  co_return json.take();
}

asio::awaitable<Result<std::string>> credential_delete(ControlParts parts, ControlParameters parameters) {
  std::string login = value_of(parameters, "login");
  Result<account::DomainPtr> domain = domain_of_login(parts.core, login);
  if (!domain) co_return std::unexpected(std::move(domain).error());
  const Result<account::Credential> removed = co_await parts.core.credentials->remove(*std::move(domain), std::move(login));
  if (!removed) co_return std::unexpected(removed.error());
  co_return R"({"message":"Login has been deleted"})";
}

}  // namespace postroad::app
