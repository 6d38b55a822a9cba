#include "admission/recipient_variables.h"

#include <boost/json.hpp>

#include "admission/options.h"
#include "base/scan.h"
#include "base/text.h"
#include "mail/characters.h"

namespace postroad::admission {
namespace {

std::unexpected<Error> refuse() {
  return fail_permanent(ErrorCode::kInvalidArgument, "'recipient-variables' parameter is not a valid JSON");
}

bool is_empty_array(const boost::json::value& value) { return value.is_array() && value.get_array().empty(); }

/// An address as it is looked up: a domain in another script as A-labels, all in lower case.
std::string normal_key(std::string_view key) {
  if (!is_ascii(key)) {
    if (const auto mailbox = mail::parse_address(key)) return ascii_lower(mail::address_text(*mailbox));
  }
  return ascii_lower(trim(key));
}

}  // namespace

Result<RecipientVariables> RecipientVariables::parse(std::string_view json) {
  boost::json::error_code error;
  boost::json::parse_options limits;
  limits.max_depth = kVariablesDepthMax;
  boost::json::monotonic_resource memory;
  const boost::json::value parsed = boost::json::parse(json, error, &memory, limits);
  RecipientVariables variables;
  if (!error && is_empty_array(parsed)) return variables;
  if (error || !parsed.is_object()) return refuse();
  variables.by_address_.reserve(parsed.get_object().size());
  for (const auto& [address, value] : parsed.get_object()) {
    if (!value.is_object() && !is_empty_array(value)) return refuse();
    if (value.is_object()) variables.by_address_[normal_key(address)] = boost::json::serialize(value);
  }
  return variables;
}

const std::string& RecipientVariables::of(const mail::Mailbox& recipient) const {
  static const std::string kNone;
  const auto found = by_address_.find(ascii_lower(mail::address_text(recipient)));
  return found == by_address_.end() ? kNone : found->second;
}

}  // namespace postroad::admission
