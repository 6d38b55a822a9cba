#include "mail/dns_question.h"

#include <algorithm>

namespace postroad::mail {

const DnsAnswer* DnsAnswers::find(const DnsQuestion& question) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), question,
                                   [](const auto& entry, const DnsQuestion& q) { return entry.first < q; });
  return at != entries_.end() && at->first == question ? &at->second : nullptr;
}

void DnsAnswers::add(DnsQuestion question, DnsAnswer answer) {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), question,
                                   [](const auto& entry, const DnsQuestion& q) { return entry.first < q; });
  if (at != entries_.end() && at->first == question) {
    at->second = std::move(answer);
  } else {
    entries_.insert(at, {std::move(question), std::move(answer)});
  }
}

}  // namespace postroad::mail
