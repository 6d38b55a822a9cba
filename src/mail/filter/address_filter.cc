#include <boost/json.hpp>

#include "base/text.h"
#include "mail/address.h"
#include "mail/address_header.h"
#include "mail/filter/filter.h"

namespace postroad::mail::filter {
namespace {

namespace json = boost::json;

json::value entry(std::string_view name, std::string_view address) {
  json::object out;
  if (!name.empty()) out["name"] = name;
  if (!address.empty()) out["address"] = address;
  return out;
}

json::object strict(std::string_view input, bool list) {
  Result<std::vector<Mailbox>> parsed;
  if (list) {
    parsed = parse_mailbox_list(input, AddressRules::kHeader);
  } else if (auto one = parse_mailbox(input, AddressRules::kHeader)) {
    parsed = std::vector<Mailbox>{*std::move(one)};
  } else {
    parsed = std::unexpected(std::move(one).error());
  }
  json::object out{{"valid", parsed.has_value()}};
  json::array addresses;
  if (parsed) {
    for (const Mailbox& mailbox : *parsed)
      addresses.push_back(entry(mailbox.display_name, address_text(mailbox)));
  } else {
    out["reason"] = parsed.error().detail;
  }
  out["addresses"] = std::move(addresses);
  return out;
}

json::object lenient(std::string_view input) {
  json::array addresses;
  json::array groups;
  bool named = false;
  for (const AddressGroup& group : read_address_header(header_value(input))) {
    json::array members;
    for (const HeaderAddress& member : group.members) {
      members.push_back(entry(member.name, member.address));
      addresses.push_back(entry(member.name, member.address));
    }
    named = named || !group.name.empty();
    json::object out;
    if (!group.name.empty()) out["name"] = group.name;
    out["addresses"] = std::move(members);
    groups.push_back(std::move(out));
  }
  json::object out{{"valid", !addresses.empty()}, {"addresses", std::move(addresses)}};
  out["groups"] = named ? std::move(groups) : json::array{};
  return out;
}

}  // namespace

Result<std::string> filter_address_parse(std::span<const std::string> args, std::string_view input) {
  if (has_flag(args, "--header")) return json::serialize(lenient(input));
  return json::serialize(strict(input, has_flag(args, "--list")));
}

Result<std::string> filter_address_check(std::span<const std::string>, std::string_view input) {
  const auto parsed = parse_address(input);
  const bool valid = parsed && is_plausible_destination(parsed->domain);
  json::object out{{"valid", valid}, {"envelope", valid}};
  if (!parsed) out["reason"] = parsed.error().detail;
  return json::serialize(out);
}

}  // namespace postroad::mail::filter
