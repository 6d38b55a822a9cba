#include "mail/filter/dns_file.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "mail/ip_text.h"

namespace postroad::mail::filter {
namespace {

namespace json = boost::json;

std::string_view type_name(DnsType type) {
  switch (type) {
    case DnsType::kA:
      return "A";
    case DnsType::kAaaa:
      return "AAAA";
    case DnsType::kMx:
      return "MX";
    case DnsType::kTxt:
      return "TXT";
    case DnsType::kPtr:
      break;
  }
  return "PTR";
}

/// "1.0.2.192.in-addr.arpa", RFC 3596 nibbles for IPv6.
std::string reverse_name(const std::string& address) {
  const auto ip = parse_ip(address);
  if (!ip) return address;
  std::string out;
  constexpr std::string_view kHex = "0123456789abcdef";
  for (std::size_t i = ip->is_v6 ? 16 : 4; i-- > 0;) {
    if (ip->is_v6) {
      out += {kHex[ip->octets[i] & 15], '.', kHex[ip->octets[i] >> 4], '.'};
    } else {
      out += std::to_string(ip->octets[i]) + '.';
    }
  }
  return out + (ip->is_v6 ? "ip6.arpa" : "in-addr.arpa");
}

std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  std::string joined;
  if (value.is_array()) {
    for (const json::value& part : value.as_array()) joined += text_of(part);
  }
  return joined;
}

/// Hosts by preference.
std::vector<std::string> mx_hosts(const json::array& records) {
  std::vector<std::pair<std::int64_t, std::string>> sorted;
  for (const json::value& record : records) {
    if (!record.is_array() || record.as_array().size() != 2 || !record.as_array()[0].is_number()) continue;
    sorted.emplace_back(record.as_array()[0].to_number<std::int64_t>(), text_of(record.as_array()[1]));
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::string> hosts;
  for (auto& [preference, host] : sorted) hosts.push_back(std::move(host));
  return hosts;
}

}  // namespace

Result<DnsFile> DnsFile::parse(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error || !value.is_object())
    return fail_permanent(ErrorCode::kInvalidArgument, "--dns: not a JSON object");
  DnsFile file;
  file.names_ = std::move(value.as_object());
  return file;
}

DnsAnswer DnsFile::look_up(const DnsQuestion& question) const {
  std::string name =
      question.type == DnsType::kPtr ? reverse_name(question.name) : ascii_lower(question.name);
  for (int hop = 0; hop < kAliasesMax; ++hop) {
    const json::value* entry = names_.if_contains(name);
    if (entry == nullptr || !entry->is_object()) return {DnsStatus::kNoSuchName, {}};
    const json::object& records = entry->as_object();
    if (const json::value* alias = records.if_contains("CNAME");
        alias != nullptr && alias->is_array() && !alias->as_array().empty()) {
      name = ascii_lower(text_of(alias->as_array()[0]));
      continue;
    }
    const json::value* list = records.if_contains(type_name(question.type));
    if (list != nullptr && list->is_array()) {
      if (question.type == DnsType::kMx) return {DnsStatus::kAnswered, mx_hosts(list->as_array())};
      DnsAnswer answer{DnsStatus::kAnswered, {}};
      for (const json::value& value : list->as_array()) answer.values.push_back(text_of(value));
      return answer;
    }
    const json::value* status = records.if_contains("status");
    if (status == nullptr) return {DnsStatus::kAnswered, {}};
    return {status->is_string() && status->as_string() == "NXDOMAIN" ? DnsStatus::kNoSuchName
                                                                     : DnsStatus::kFailed,
            {}};
  }
  return {DnsStatus::kFailed, {}};
}

}  // namespace postroad::mail::filter
