#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "mail/dkim_signer.h"
#include "mail/dns_question.h"
#include "mail/signature_field.h"

namespace postroad::mail {

inline constexpr std::size_t kArcSetsMax = 50;  ///< RFC 8617 §4.2.1

enum class ArcResult : std::uint8_t { kNone, kPass, kFail };
std::string_view name_of(ArcResult result);

struct ArcReport {
  ArcResult result = ArcResult::kNone;
  std::size_t sets = 0;
  std::string reason;                  ///< why it failed
  std::string sealer;                  ///< d= of the newest seal
  std::string authentication_results;  ///< the oldest set's, without "i=1;": what the first hop saw
  bool temporary = false;              ///< failed only because a key could not be looked up
};

/// Validates the ARC chain of a message with CRLF line ends (RFC 8617 §5.2). Asks for all keys at once.
class ArcVerifier {
 public:
  /// `header` outlives the verifier.
  ArcVerifier(const HeaderBlock& header, int rsa_bits_min = kRsaBitsMin);
  const std::vector<DnsQuestion>& questions() const { return questions_; }
  ArcReport finish(const DnsAnswers& answers) const;

 private:
  struct Set {
    const HeaderField* results = nullptr;
    const HeaderField* message = nullptr;
    const HeaderField* seal = nullptr;
    SignatureField message_field, seal_field;
  };
  void fail(std::string reason);
  bool collect();
  bool place(const HeaderField& field, const HeaderField* Set::* member, std::string_view instance);
  bool check_set(std::size_t instance);
  std::string sealed_data(std::size_t instance) const;
  bool verify(const SignatureField& field, std::string_view data, const DnsAnswers& answers,
              ArcReport& report) const;

  const HeaderBlock& header_;
  int rsa_bits_min_;
  std::vector<Set> sets_;  ///< instance 1 first
  SignedContent newest_;
  std::vector<DnsQuestion> questions_;
  ArcReport early_;  ///< decided without keys when not kNone or there are no sets
  bool decided_ = false;
};

/// The three fields of the next set, CRLF and all, to go before the header (RFC 8617 §5.1). `results` is the
/// Authentication-Results text after the authserv-id; `chain` what ArcVerifier said. Nothing when the chain
/// has failed before, or is full: such a chain is not continued. Fails, permanently, on a bad domain,
/// selector or `results`.
Result<std::string> seal_arc(const DkimKey& key, const DkimSigning& signing, const HeaderBlock& header,
                             std::string_view hash, std::string_view authserv_id, std::string_view results,
                             const ArcReport& chain);

}  // namespace postroad::mail
