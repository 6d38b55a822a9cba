#include "app/control_answers.h"

#include <fmt/format.h>

#include <ranges>

#include "base/json_writer.h"
#include "mail/date.h"
#include "mail/dkim_signer.h"

namespace postroad::app {
namespace {

void add_domain(JsonWriter& json, const account::Domain& domain) {
  json.begin_object().field("name", domain.name).field("state", account::state_name(domain.state));
  json.field("created_at", shown(domain.created)).key("records").begin_array();
  for (const account::DkimKeyRecord& key : domain.dkim_keys) {
    json.begin_object().field("type", "TXT").field("name", fmt::format("{}._domainkey.{}", key.selector, domain.name));
    json.field("value", key.dns_value).end_object();
  }
  json.end_array().end_object();
}

}  // namespace

asio::awaitable<Result<std::string>> domain_add(ControlParts parts, ControlParameters parameters) {
  account::NewDomain wanted{.name = value_of(parameters, "name"), .dkim_selector = value_of(parameters, "selector")};
  Result<account::DomainPtr> made = co_await parts.core.accounts->create_domain(std::move(wanted));
  if (!made) co_return std::unexpected(std::move(made).error());
  JsonWriter json;
  add_domain(json, **made);
  co_return json.take();
}

asio::awaitable<Result<std::string>> domain_list(ControlParts parts, ControlParameters) {
  JsonWriter json;
  json.begin_object().key("domains").begin_array();
  for (const account::DomainPtr& domain : parts.core.accounts->directory()->domains()) add_domain(json, *domain);
  json.end_array().end_object();
  co_return json.take();
}

asio::awaitable<Result<std::string>> domain_dns(ControlParts parts, ControlParameters parameters) {
  const account::DomainPtr domain = parts.core.accounts->directory()->domain(value_of(parameters, "name"));
  if (domain == nullptr) co_return fail_permanent(ErrorCode::kNotFound, "Domain not found");
  JsonWriter json;
  add_domain(json, *domain);
  co_return json.take();
}

/// Every domain, and a message that is signed with its keys as its mail is: for `postroad doctor`.
asio::awaitable<Result<std::string>> domain_probe(ControlParts parts, ControlParameters) {
  const std::vector<account::DomainPtr> all = parts.core.accounts->directory()->domains();
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(parts.core.clock.wall());
  JsonWriter json;
  json.begin_object().field("running", parts.queue != nullptr).field("total", static_cast<std::int64_t>(all.size())).key("domains").begin_array();
  for (const account::DomainPtr& domain : all | std::views::take(kProbesMax)) {
    std::string probe = fmt::format("From: probe@{}\r\nSubject: probe\r\nDate: {}\r\n\r\nprobe\r\n", domain->name, mail::format_date(now));
    const std::string content = probe;
    const mail::HeaderBlock header = mail::HeaderBlock::scan(content);
    json.begin_object().field("name", domain->name).key("records").begin_array();
    for (const account::DkimKeyRecord& record : domain->dkim_keys) {
      json.begin_object().field("selector", record.selector).field("name", fmt::format("{}._domainkey.{}", record.selector, domain->name));
      json.field("value", record.dns_value).end_object();
      CO_ASSIGN_OR_RETURN(const mail::DkimKey key, mail::DkimKey::from_pem(record.private_pem));
      const mail::DkimSigning signing{.domain = domain->name, .selector = record.selector, .now = now};
      CO_ASSIGN_OR_RETURN(const std::string field, mail::dkim_signature(key, signing, header, mail::body_hash(header.body())));
      probe.insert(0, field);
    }
    json.end_array().field("probe", probe).end_object();
  }
  json.end_array().end_object();
  co_return json.take();
}

asio::awaitable<Result<std::string>> domain_remove(ControlParts parts, ControlParameters parameters) {
  CO_RETURN_IF_ERROR(co_await parts.core.accounts->delete_domain(value_of(parameters, "name")));
  co_return R"({"message":"Domain has been deleted"})";
}

}  // namespace postroad::app
