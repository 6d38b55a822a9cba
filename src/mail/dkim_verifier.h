#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "mail/dns_question.h"
#include "mail/signature_field.h"

namespace postroad::mail {

inline constexpr std::size_t kSignaturesMax = 5;  ///< ours: signatures looked at in one message

/// RFC 8601 §2.7.1.
enum class DkimResult : std::uint8_t { kNone, kPass, kFail, kPolicy, kNeutral, kTemperror, kPermerror };
std::string_view name_of(DkimResult result);

struct DkimVerdict {
  DkimResult result = DkimResult::kNone;
  std::string domain, selector;  ///< empty where they could not be read
  std::string identity;          ///< i=, or "@domain"
  std::string reason;            ///< why it did not pass
};

struct DkimReport {
  /// kPass when any signature passes; else the first one's result; kNone without signatures.
  DkimResult result = DkimResult::kNone;
  std::vector<DkimVerdict> signatures;
};

struct DkimOptions {
  std::optional<UnixSeconds> now;  ///< expiry is not looked at without it
  int rsa_bits_min = kRsaBitsMin;
};

/// Verifies the DKIM signatures of a message with CRLF line ends (RFC 6376 §6, RFC 8301, RFC 8463). Hashes
/// the body at construction, once per canonicalisation; asks for all keys at once. A signature whose l=
/// leaves part of the body unsigned counts as kPolicy: anyone could have appended that part.
class DkimVerifier {
 public:
  /// `header` outlives the verifier.
  DkimVerifier(const HeaderBlock& header, DkimOptions options = {});
  /// TXT records still to be looked up.
  const std::vector<DnsQuestion>& questions() const { return questions_; }
  /// A question without an answer counts as failed, which is kTemperror.
  DkimReport finish(const DnsAnswers& answers) const;

 private:
  struct Candidate {
    DkimVerdict verdict;  ///< decided already unless kNone
    SignatureField field;
    SignedContent content;
  };
  void check_form(Candidate& candidate);
  void check_body(Candidate& candidate);
  DkimVerdict verify(const Candidate& candidate, const DnsAnswers& answers) const;

  const HeaderBlock& header_;
  DkimOptions options_;
  std::vector<Candidate> candidates_;
  std::vector<DnsQuestion> questions_;
};

}  // namespace postroad::mail
