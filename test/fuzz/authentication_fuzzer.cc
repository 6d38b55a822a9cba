// Any message and any TXT record: verifiers must end, within their number of questions.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "mail/arc.h"
#include "mail/dkim_verifier.h"
#include "mail/dmarc.h"
#include "mail/spf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postroad::mail;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const HeaderBlock header = HeaderBlock::scan(text);
  const DkimVerifier dkim(header);
  const ArcVerifier arc(header);
  DnsAnswers keys;
  for (const auto* questions : {&dkim.questions(), &arc.questions()}) {
    for (const DnsQuestion& question : *questions)
      keys.add(question, {DnsStatus::kAnswered, {std::string(text)}});
  }
  (void)dkim.finish(keys);
  (void)arc.finish(keys);
  const SpfQuery query{.ip = *parse_ip("192.0.2.1"), .helo = "h.example", .mail_from = "a@x.example"};
  DnsAnswers answers;
  for (int asked = 0;; ++asked) {
    PR_ASSERT(asked < 300);
    auto outcome = check_spf(query, answers);
    const auto* question = std::get_if<DnsQuestion>(&outcome);
    if (question == nullptr) break;
    const std::string value =
        question->type == DnsType::kTxt ? "v=spf1 " + std::string(text.substr(0, 500)) : "x.example";
    answers.add(*question, {DnsStatus::kAnswered, {value}});
  }
  (void)parse_dmarc_record(text);
  (void)author_domain(header);
  return 0;
}
