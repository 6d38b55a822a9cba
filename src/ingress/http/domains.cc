// /v3/domains and /v4/domains (contract/domains.md).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "account/password.h"
#include "admission/options.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "ingress/http/routes.h"
#include "mail/date.h"

namespace postroad::ingress::http {
namespace {

constexpr std::int64_t kListLimit = 100;
constexpr std::int64_t kListLimitMax = 1000;
constexpr std::int64_t kMessageTtlSeconds = 259'200;

/// What POST knows of but does not do yet; a value that says what is so anyway is accepted.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kLaterParameters = {{
    {"spam_action", "disabled"}, {"wildcard", "false"}, {"force_dkim_authority", "false"},
    {"force_root_dkim_host", "false"}, {"dkim_key_size", "2048"}, {"dkim_host_name", ""}, {"ips", ""}, {"pool_id", ""},
    {"web_scheme", "http"}, {"web_prefix", "email"}, {"require_tls", "false"}, {"skip_verification", "false"},
    {"archive_to", ""}, {"encrypt_incoming_message", "false"}, {"use_automatic_sender_security", "false"}}};

std::unexpected<Error> refuse(std::string text) { return fail_permanent(ErrorCode::kInvalidArgument, std::move(text)); }

void add_domain(JsonWriter& json, const account::Domain& domain) {
  const auto created = std::chrono::floor<std::chrono::seconds>(domain.created);
  json.begin_object().field("id", fmt::format("{:024x}", domain.id.value)).field("name", domain.name);
  json.field("created_at", mail::format_date_gmt(created)).field("state", account::state_name(domain.state));
  json.field("type", "custom").field("is_disabled", domain.state == account::DomainState::kDisabled);
  json.field("require_tls", false).field("skip_verification", false);
  json.field("smtp_login", "postmaster@" + domain.name).field("spam_action", "disabled").field("wildcard", false);
  json.field("web_prefix", "email").field("web_scheme", "http").field("tracking_host", "email." + domain.name);
  json.field("use_automatic_sender_security", false).field("encrypt_incoming_message", false);
  json.field("message_ttl", kMessageTtlSeconds).field("archive_to", "");
  json.field("dkim_host", domain.name).field("mailfrom_host", domain.name).end_object();
}

void add_txt_record(JsonWriter& json, std::string_view name, std::string_view value, bool is_active = true) {
  json.begin_object().field("is_active", is_active).key("cached").begin_array().end_array().field("name", name);
  json.field("record_type", "TXT").field("valid", "unknown").field("value", value).end_object();
}

/// "domain" and the DNS records to be set for it; inside an object. Nothing is received here yet, so there is no MX.
void add_domain_and_records(JsonWriter& json, const account::Domain& domain, const std::string& hostname) {
  add_domain(json.key("domain"), domain);
  json.key("receiving_dns_records").begin_array().end_array();
  json.key("sending_dns_records").begin_array();
  add_txt_record(json, domain.name, fmt::format("v=spf1 a:{} ~all", hostname));
  for (const account::DkimKeyRecord& key : domain.dkim_keys) {
    add_txt_record(json, fmt::format("{}._domainkey.{}", key.selector, domain.name), key.dns_value, key.state == account::DkimKeyState::kActive);
  }
  json.end_array();
}

Result<std::int64_t> read_number(const net::http::Request& request, std::string_view name, std::int64_t fallback, std::int64_t most) {
  const std::string* text = request.parameter(name);
  if (text == nullptr) return fallback;
  const std::optional<std::int64_t> number = parse_int(*text);
  if (!number || *number < 0 || *number > most) return refuse(fmt::format("{} must be between 0 and {}", name, most));
  return *number;
}

bool is_wanted(const net::http::Request& request, const account::Domain& domain) {
  const std::string* state = request.parameter("state");
  const std::string* search = request.parameter("search");
  return (state == nullptr || *state == account::state_name(domain.state)) &&
         (search == nullptr || domain.name.find(ascii_lower(*search)) != std::string::npos);
}

Result<void> sort_as_asked(const net::http::Request& request, std::vector<account::DomainPtr>& domains) {
  const std::string* sort = request.parameter("sort");
  if (sort == nullptr) return {};
  if (*sort != "name" && *sort != "name:asc" && *sort != "name:desc") return refuse("sort must be name, name:asc or name:desc");
  std::ranges::sort(domains, [&](const account::DomainPtr& a, const account::DomainPtr& b) {
    return *sort == "name:desc" ? a->name > b->name : a->name < b->name;
  });
  return {};
}

Result<std::string> render_list(const net::http::Request& request, std::vector<account::DomainPtr> domains) {
  ASSIGN_OR_RETURN(const std::int64_t limit, read_number(request, "limit", kListLimit, kListLimitMax));
  ASSIGN_OR_RETURN(const std::int64_t skip, read_number(request, "skip", 0, INT64_MAX));
  std::erase_if(domains, [&](const account::DomainPtr& domain) { return !is_wanted(request, *domain); });
  RETURN_IF_ERROR(sort_as_asked(request, domains));
  const auto size = static_cast<std::int64_t>(domains.size());
  const std::int64_t from = std::min(skip, size);
  const std::int64_t to = from + std::min(limit, size - from);
  JsonWriter json;
  json.begin_object().field("total_count", size).key("items").begin_array();
  for (std::int64_t i = from; i < to; ++i) add_domain(json, *domains[static_cast<std::size_t>(i)]);
  json.end_array().end_object();
  return json.take();
}

Result<account::NewDomain> read_new_domain(const Parameters& parameters) {
  if (parameters.find("name") == nullptr) return refuse("Parameter 'name' is missing");
  for (const auto& [name, as_it_is] : kLaterParameters) {
    const std::string* value = parameters.find(name);
    if (value == nullptr || *value == as_it_is) continue;
    if (as_it_is == "false" && admission::parse_switch(*value) == false) continue;
    return refuse(fmt::format("{} is not supported yet", name));
  }
  const std::string selector = parameters.value("dkim_selector");
  const bool good = selector.size() <= 63 && selector.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == std::string::npos;
  if (!good) return refuse("dkim_selector is not a DNS name");
  return account::NewDomain{.name = parameters.value("name"), .dkim_selector = ascii_lower(selector)};
}

Response unknown_domain(const Error& error) {
  return error.code == ErrorCode::kNotFound ? net::http::error(404, "Domain not found") : error_of(error);
}

}  // namespace

asio::awaitable<Response> list_domains(Call& call) {
  std::vector<account::DomainPtr> domains = call.parts().accounts.directory()->domains();
  const Result<std::string> list = render_list(call.request, std::move(domains));
  if (!list) co_return error_of(list.error());
  co_return net::http::json(200, *list);
}

asio::awaitable<Response> create_domain(Call& call) {
  const net::http::Outcome<net::http::Form> form = co_await call.read_form();
  if (!form) co_return net::http::error(form.error());
  Result<account::NewDomain> wanted = read_new_domain(Parameters(call.request, *form));
  if (!wanted) co_return error_of(wanted.error());
  const std::string password = Parameters(call.request, *form).value("smtp_password");
  if (const Result<void> good = password.empty() ? Result<void>{} : account::check_password(password); !good) {
    co_return error_of(good.error());
  }
  const Result<account::DomainPtr> made = co_await call.parts().accounts.create_domain(*std::move(wanted));
  if (!made) co_return error_of(made.error());
  if (!password.empty()) {
    std::string mailbox(account::Credentials::kSystemMailbox);
    const Result<account::Credential> put = co_await call.parts().credentials.put(*made, std::move(mailbox), password);
    if (!put) co_return error_of(put.error());
  }
  JsonWriter json;
  json.begin_object().field("message", "Domain has been created");
  add_domain_and_records(json, **made, call.api.options().hostname);
  json.end_object();
  co_return net::http::json(200, json.take());
}

asio::awaitable<Response> get_domain(Call& call) {
  const account::DomainPtr domain = call.parts().accounts.directory()->domain(call.captured[0]);
  if (domain == nullptr) co_return net::http::error(404, "Domain not found");
  JsonWriter json;
  json.begin_object();
  add_domain_and_records(json, *domain, call.api.options().hostname);
  json.end_object();
  co_return net::http::json(200, json.take());
}

asio::awaitable<Response> delete_domain(Call& call) {
  std::string name = call.captured[0];
  const Result<void> deleted = co_await call.parts().accounts.delete_domain(std::move(name));
  if (!deleted) co_return unknown_domain(deleted.error());
  co_return net::http::json(200, R"({"message":"Domain has been deleted"})");
}

}  // namespace postroad::ingress::http
