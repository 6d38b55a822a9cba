// Any record that a stranger publishes: SPF with its macros, DMARC, a DKIM key. Each is read or refused, and
// an evaluation asks no more than RFC 7208 allows.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "mail/dmarc.h"
#include "mail/spf.h"
#include "mail/spf_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postroad::mail;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_spf_record(text);
  (void)is_macro_string(text, true);
  (void)parse_dmarc_record(text);
  // Lines are the records that names give in turn; the last is given for ever.
  constexpr int kQuestionsMax = 300;
  SpfQuery query{.ip = *parse_ip(size % 2 == 0 ? "192.0.2.1" : "2001:db8::1"),
                 .helo = "h.example",
                 .mail_from = "a.b@x.example"};
  DnsAnswers answers;
  std::string_view rest = text;
  for (int asked = 0;; ++asked) {
    PR_ASSERT(asked < kQuestionsMax);
    auto outcome = check_spf(query, answers);
    const auto* question = std::get_if<DnsQuestion>(&outcome);
    if (question == nullptr) break;
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string value(rest.substr(0, end));
    if (end < rest.size()) rest.remove_prefix(end + 1);
    answers.add(*question, {value.empty() ? DnsStatus::kNoSuchName : DnsStatus::kAnswered, {value}});
  }
  return 0;
}
