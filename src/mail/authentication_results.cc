#include "mail/authentication_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace postroad::mail {
namespace {

/// A property with a value from outside; nothing when the value holds more than an address or a name does.
std::string property(std::string_view name, std::string_view value) {
  const bool plain = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return c > 32 && c < 127 && std::string_view("();\"\\<>").find(c) == std::string_view::npos;
  });
  return plain ? fmt::format(" {}={}", name, value) : std::string();
}

}  // namespace

std::string format_authentication_results(const AuthenticationChecks& checks) {
  std::vector<std::string> parts;
  if (checks.spf != nullptr) {
    const bool null_sender = checks.mail_from.empty();
    parts.push_back(fmt::format("spf={}{}", name_of(checks.spf->result),
                                property(null_sender ? "smtp.helo" : "smtp.mailfrom",
                                         null_sender ? checks.spf->domain : checks.mail_from)));
  }
  if (checks.dkim != nullptr) {
    for (const DkimVerdict& verdict : checks.dkim->signatures) {
      parts.push_back(fmt::format("dkim={}{}{}", name_of(verdict.result),
                                  property("header.d", verdict.domain),
                                  property("header.s", verdict.selector)));
    }
    if (checks.dkim->signatures.empty()) parts.emplace_back("dkim=none");
  }
  if (checks.dmarc != nullptr) {
    parts.push_back(fmt::format("dmarc={}{}", name_of(checks.dmarc->result),
                                property("header.from", checks.dmarc->author_domain)));
  }
  if (checks.arc != nullptr) parts.push_back(fmt::format("arc={}", name_of(checks.arc->result)));
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace postroad::mail
