#pragma once
#include <optional>
#include <string>
#include <variant>

#include "mail/date.h"
#include "mail/dns_question.h"
#include "mail/ip_text.h"
#include "mail/spf_record.h"

namespace postroad::mail {

inline constexpr int kSpfLookupsMax = 10;                     ///< RFC 7208 §4.6.4: terms that ask DNS
inline constexpr int kSpfVoidLookupsMax = 2;                  ///< §4.6.4: answers with nothing in them
inline constexpr std::size_t kSpfHostsMax = 10;               ///< §4.6.4: names in one MX or PTR answer
inline constexpr std::size_t kSpfExplanationBytesMax = 1024;  ///< ours

struct SpfQuery {
  IpAddress ip;
  std::string helo;
  std::string mail_from;             ///< empty: postmaster@helo (§2.4)
  std::string receiver = "unknown";  ///< %{r}
  std::optional<UnixSeconds> now;    ///< %{t}
};

struct SpfVerdict {
  SpfResult result = SpfResult::kNone;
  std::string domain;       ///< that was checked
  std::string explanation;  ///< of the domain's owner, for a fail; empty when there is none
};

/// check_host() (RFC 7208 §4) as far as `answers` reach: a verdict, or the question that is missing. The
/// caller resolves it and calls again; between calls nothing is kept. Bounded by the limits above: at most
/// some two hundred questions.
std::variant<DnsQuestion, SpfVerdict> check_spf(const SpfQuery& query, const DnsAnswers& answers);

}  // namespace postroad::mail
