#include "admission/admission.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <unordered_set>

#include "admission/prepared.h"
#include "base/json_writer.h"

namespace postroad::admission {
namespace {

Error refuse(ErrorCode code, std::string text) { return {code, Permanence::kPermanent, std::move(text)}; }

}  // namespace

Admission::Admission(Clock& clock, Random& random, spool::Spool& spool, const events::Journal& journal,
                     std::string public_url, AdmissionLimits limits)
    : clock_(clock), random_(random), spool_(spool), journal_(journal), public_url_(std::move(public_url)),
      limits_(limits) {}

Result<void> check_may_send(const account::Domain& domain) {
  switch (domain.state) {
    case account::DomainState::kActive:
      return {};
    case account::DomainState::kUnverified:
      return std::unexpected(refuse(
          ErrorCode::kUnauthorized,
          fmt::format("Domain {} is not allowed to send: The domain is unverified and requires DNS configuration. Log "
                      "in to your control panel to view required DNS records.", domain.name)));
    case account::DomainState::kDisabled:
      break;
  }
  return std::unexpected(
      refuse(ErrorCode::kUnauthorized, fmt::format("Domain {} is not allowed to send: disabled", domain.name)));
}

std::vector<mail::Mailbox> without_duplicates(std::vector<mail::Mailbox> recipients) {
  std::vector<mail::Mailbox> kept;
  std::unordered_set<std::string> seen;
  for (mail::Mailbox& mailbox : recipients) {
    if (seen.insert(mail::address_text(mailbox)).second) kept.push_back(std::move(mailbox));
  }
  return kept;
}

std::vector<std::pair<std::string, std::string>> Admission::Prepared::kept_fields() const {
  std::vector<std::pair<std::string, std::string>> fields{{"X-Mailgun-Sid", storage_key(id)}};
  for (const std::string& tag : options.tags) fields.emplace_back("X-Mailgun-Tag", tag);
  for (const std::string& campaign : options.campaigns) fields.emplace_back("X-Mailgun-Campaign-Id", campaign);
  // In a batch every copy has its own.
  if (!options.variables.empty() && !recipient_variables) {
    JsonWriter json;
    json.begin_object();
    for (const auto& [name, value] : options.variables) json.field(name, value);
    json.end_object();
    fields.emplace_back("X-Mailgun-Variables", json.take());
  }
  std::erase_if(fields, [this](const auto& field) { return options.suppresses(field.first); });
  return fields;
}

std::string Admission::new_message_id(std::string_view domain) {
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(clock_.wall());
  return fmt::format("{:%Y%m%d%H%M%S}.{}@{}", fmt::gmtime(now.time_since_epoch().count()), random_.hex(8), domain);
}

}  // namespace postroad::admission
