#pragma once
#include <string_view>

#include "base/result.h"
#include "mail/dns_question.h"

#include <boost/json/object.hpp>

namespace postroad::mail::filter {

/// DNS from a JSON text (fixtures' README): names in lower case,
/// `{"A":[...],"TXT":[...],"status":"TIMEOUT"}`.
class DnsFile {
 public:
  /// Permanent error when it is not a JSON object.
  static Result<DnsFile> parse(std::string_view text);
  /// Follows at most kAliasesMax CNAMEs. A name that is not in the file does not exist.
  DnsAnswer look_up(const DnsQuestion& question) const;

  static constexpr int kAliasesMax = 16;

 private:
  boost::json::object names_;
};

}  // namespace postroad::mail::filter
