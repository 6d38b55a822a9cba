#include "app/control_answers.h"

#include <fmt/format.h>

#include <ranges>

#include "app/domain_records.h"
#include "base/json_writer.h"
#include "mail/date.h"
#include "mail/dkim_signer.h"

namespace postroad::app {
namespace {

/// [server] hostname, of the server or of whoever asks while none runs.
std::string hostname_of(const ControlParts& parts, const ControlParameters& parameters) {
  return parts.hostname.empty() ? value_of(parameters, "hostname") : parts.hostname;
}

void add_domain(JsonWriter& json, const account::Domain& domain, const std::string& hostname) {
  json.begin_object().field("name", domain.name).field("state", account::state_name(domain.state));
  json.field("created_at", shown(domain.created)).key("records").begin_array();
  for (const DomainRecord& record : records_of(domain, hostname)) {
    json.begin_object().field("type", record.type).field("name", record.name).field("value", record.value);
    json.field("purpose", record.purpose).field("required", record.required).field("note", record.note).end_object();
  }
  json.end_array().end_object();
}

Answer domain_answer(const ControlParts& parts, const ControlParameters& parameters, Result<account::DomainPtr> domain) {
  if (!domain) co_return std::unexpected(std::move(domain).error());
  JsonWriter json;
  add_domain(json, **domain, hostname_of(parts, parameters));
  co_return json.take();
}

}  // namespace

Answer domain_add(ControlParts parts, ControlParameters parameters) {
  using enum account::DomainState;
  account::NewDomain wanted{.name = value_of(parameters, "name"),
                            .dkim_selector = value_of(parameters, "selector"),
                            .state = value_of(parameters, "unverified").empty() ? kActive : kUnverified};
  Result<account::DomainPtr> made = co_await parts.core.accounts->create_domain(std::move(wanted));
  co_return co_await domain_answer(parts, parameters, std::move(made));
}

Answer domain_list(ControlParts parts, ControlParameters parameters) {
  JsonWriter json;
  json.begin_object().key("domains").begin_array();
  for (const account::DomainPtr& domain : parts.core.accounts->directory()->domains()) add_domain(json, *domain, hostname_of(parts, parameters));
  json.end_array().end_object();
  co_return json.take();
}

Answer domain_show(ControlParts parts, ControlParameters parameters) {
  const account::DomainPtr domain = parts.core.accounts->directory()->domain(value_of(parameters, "name"));
  if (domain == nullptr) co_return fail_permanent(ErrorCode::kNotFound, "Domain not found");
  co_return co_await domain_answer(parts, parameters, domain);
}

Answer domain_state(ControlParts parts, ControlParameters parameters) {
  using enum account::DomainState;
  const std::string state = value_of(parameters, "state");
  for (const account::DomainState one : {kActive, kUnverified, kDisabled}) {
    if (account::state_name(one) != state) continue;
    Result<account::DomainPtr> changed = co_await parts.core.accounts->set_domain_state(value_of(parameters, "name"), one);
    co_return co_await domain_answer(parts, parameters, std::move(changed));
  }
  co_return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("there is no state {}", state));
}

Answer domain_rotate(ControlParts parts, ControlParameters parameters) {
  Result<account::DomainPtr> changed = co_await parts.core.accounts->begin_dkim_rotation(value_of(parameters, "name"), value_of(parameters, "selector"));
  co_return co_await domain_answer(parts, parameters, std::move(changed));
}

Answer domain_rotated(ControlParts parts, ControlParameters parameters) {
  Result<account::DomainPtr> changed = co_await parts.core.accounts->finish_dkim_rotation(value_of(parameters, "name"));
  co_return co_await domain_answer(parts, parameters, std::move(changed));
}

/// Every domain, or the one that is named, and a message that is signed with its keys as its mail is, and with those that will follow.
Answer domain_probe(ControlParts parts, ControlParameters parameters) {
  const std::string name = value_of(parameters, "name");
  std::vector<account::DomainPtr> all = parts.core.accounts->directory()->domains();
  if (!name.empty()) all = {parts.core.accounts->directory()->domain(name)};
  if (all.size() == 1 && all.front() == nullptr) co_return fail_permanent(ErrorCode::kNotFound, "Domain not found");
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(parts.core.clock.wall());
  JsonWriter json;
  json.begin_object().field("running", parts.queue != nullptr).field("hostname", hostname_of(parts, parameters)).field("total", static_cast<std::int64_t>(all.size())).key("domains").begin_array();
  for (const account::DomainPtr& domain : all | std::views::take(kProbesMax)) {
    std::string probe = fmt::format("From: probe@{}\r\nSubject: probe\r\nDate: {}\r\n\r\nprobe\r\n", domain->name, mail::format_date(now));
    const std::string content = probe;
    const mail::HeaderBlock header = mail::HeaderBlock::scan(content);
    json.begin_object().field("name", domain->name).field("state", account::state_name(domain->state)).key("records").begin_array();
    for (const account::DkimKeyRecord& record : domain->dkim_keys) {
      if (record.state == account::DkimKeyState::kRetired) continue;
      json.begin_object().field("selector", record.selector).field("state", account::state_name(record.state)).field("name", fmt::format("{}._domainkey.{}", record.selector, domain->name));
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

Answer domain_remove(ControlParts parts, ControlParameters parameters) {
  CO_RETURN_IF_ERROR(co_await parts.core.accounts->delete_domain(value_of(parameters, "name")));
  co_return R"({"message":"Domain has been deleted"})";
}

}  // namespace postroad::app
