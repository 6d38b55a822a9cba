// /v3/domains/{name}/credentials (contract/domains.md, SMTP credentials).
#include <fmt/format.h>

#include <algorithm>

#include "account/credentials.h"
#include "account/password.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "ingress/http/routes.h"
#include "mail/date.h"

namespace postroad::ingress::http {
namespace {

constexpr std::int64_t kListLimit = 100;
constexpr std::int64_t kListLimitMax = 1000;
constexpr std::size_t kGeneratedPasswordBytes = 12;  ///< 24 characters

Response unknown_domain(const Error& error) {
  return error.code == ErrorCode::kNotFound ? net::http::error(404, "Domain not found") : error_of(error);
}

void add_credential(JsonWriter& json, const account::Credential& credential) {
  const auto created = std::chrono::floor<std::chrono::seconds>(credential.created);
  json.begin_object().field("mailbox", credential.login).field("login", credential.login);
  json.field("created_at", mail::format_date_gmt(created)).key("size_bytes").null().end_object();
}

/// A number of the query between 0 and `most`; nullopt when it is none.
std::optional<std::int64_t> number_of(const net::http::Request& request, std::string_view name, std::int64_t fallback) {
  const std::string* text = request.parameter(name);
  if (text == nullptr) return fallback;
  const auto number = parse_int(*text);
  return number && *number >= 0 ? number : std::nullopt;
}

std::vector<std::string> wanted_logins(const net::http::Form& form) {
  std::vector<std::string> logins;
  for (const net::http::Field& field : form.fields) {
    if ((field.name == "login" || field.name == "mailbox") && !field.value.empty()) logins.push_back(field.value);
  }
  return logins;
}

}  // namespace

asio::awaitable<Response> list_credentials(Call& call) {
  const Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain) co_return unknown_domain(domain.error());
  const auto limit = number_of(call.request, "limit", kListLimit);
  const auto skip = number_of(call.request, "skip", 0);
  if (!limit || !skip) co_return net::http::error(400, "limit and skip are numbers");
  if (*limit > kListLimitMax) co_return net::http::error(400, "Limit parameter can't be larger than 1000");
  const std::vector<account::Credential> all = call.parts().credentials.of_domain((*domain)->id);
  JsonWriter json;
  json.begin_object().field("total_count", static_cast<std::int64_t>(all.size())).key("items").begin_array();
  const std::size_t from = std::min(static_cast<std::size_t>(*skip), all.size());
  const std::size_t to = std::min(from + static_cast<std::size_t>(*limit), all.size());
  for (std::size_t i = from; i < to; ++i) add_credential(json, all[i]);
  json.end_array().end_object();
  co_return net::http::json(200, json.take());
}

asio::awaitable<Response> create_credentials(Call& call) {
  const Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain) co_return unknown_domain(domain.error());
  const net::http::Outcome<net::http::Form> form = co_await call.read_form();
  if (!form) co_return net::http::error(form.error());
  const std::vector<std::string> logins = wanted_logins(*form);
  if (logins.empty()) co_return net::http::error(400, "Parameter 'login' is missing");
  const std::string* given = form->value("password");

  JsonWriter made;
  made.begin_object();
  for (const std::string& login : logins) {
    const std::string password = given != nullptr ? *given : call.parts().random.hex(kGeneratedPasswordBytes);
    const Result<account::Credential> put = co_await call.parts().credentials.put(*domain, login, password);
    if (!put) co_return error_of(put.error());
    if (given == nullptr) made.field(put->login, password);
  }
  made.end_object();
  JsonWriter json;
  json.begin_object().field("message", fmt::format("Created {} credentials pair(s)", logins.size()));
  json.field("note", "The passwords are shown only here.").key("credentials").raw(made.text()).end_object();
  co_return net::http::json(200, json.take());
}

asio::awaitable<Response> change_credential(Call& call) {
  const Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain) co_return unknown_domain(domain.error());
  const net::http::Outcome<net::http::Form> form = co_await call.read_form();
  if (!form) co_return net::http::error(form.error());
  const std::string password = Parameters(call.request, *form).value("password");
  if (password.empty()) co_return net::http::error(400, "Parameter 'password' is missing");
  const std::string login = call.captured.at(1);
  if (!call.parts().credentials.exists(**domain, login)) co_return net::http::error(404, "Credentials not found");
  const Result<account::Credential> put = co_await call.parts().credentials.put(*domain, login, password);
  if (!put) co_return error_of(put.error());
  co_return net::http::json(200, R"({"message":"Password changed"})");
}

asio::awaitable<Response> delete_credential(Call& call) {
  const Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain) co_return unknown_domain(domain.error());
  const Result<account::Credential> removed = co_await call.parts().credentials.remove(*domain, call.captured.at(1));
  if (!removed) co_return error_of(removed.error());
  JsonWriter json;
  json.begin_object().field("message", "Credentials have been deleted").field("spec", removed->login).end_object();
  co_return net::http::json(200, json.take());
}

asio::awaitable<Response> delete_all_credentials(Call& call) {
  const Result<account::DomainPtr> domain = co_await call.domain(0);
  if (!domain) co_return unknown_domain(domain.error());
  const Result<std::size_t> count = co_await call.parts().credentials.remove_all(*domain);
  if (!count) co_return error_of(count.error());
  JsonWriter json;
  json.begin_object().field("message", "All domain credentials have been deleted");
  json.field("count", static_cast<std::int64_t>(*count)).end_object();
  co_return net::http::json(200, json.take());
}

}  // namespace postroad::ingress::http
