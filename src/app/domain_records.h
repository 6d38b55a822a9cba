#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "account/directory.h"

namespace postroad::app {

/// A DNS record that a sending domain has, or should have.
struct DomainRecord {
  std::string type, name, value;
  std::string purpose;    ///< SPF, DKIM, DMARC, MX
  bool required = false;  ///< Mail is believed only with it.
  std::string note;       ///< What is to be said of it; may be empty.
};

/// What `domain` needs when its mail is sent by the host `hostname` (contract/domains.md, DNS defaults).
std::vector<DomainRecord> records_of(const account::Domain& domain, const std::string& hostname);

/// As lines of a zone file (RFC 1035 §5.1): texts in strings of 255 octets at most.
std::string zone_text(const std::vector<DomainRecord>& records);
std::string csv_text(const std::vector<DomainRecord>& records);
/// The body of a call of Cloudflare's API, POST /zones/ZONE_ID/dns_records/batch.
std::string cloudflare_text(const std::vector<DomainRecord>& records);
/// A Terraform local named after `domain`, for `for_each` of any provider's resource: type, name, value, ttl, and priority of an MX.
std::string terraform_text(const std::string& domain, const std::vector<DomainRecord>& records);

/// Why the key that is published is not the one that is wanted, in words; empty when it is. `published`: the texts at its name;
/// `doubled`: those at the name with the domain appended once more, as some editors of zones do.
std::string dkim_trouble(const std::string& wanted, const std::vector<std::string>& published, const std::vector<std::string>& doubled);

}  // namespace postroad::app
