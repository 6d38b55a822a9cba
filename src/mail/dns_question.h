#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace postroad::mail {

enum class DnsType : std::uint8_t { kA, kAaaa, kMx, kTxt, kPtr };

/// What an evaluator has to know before it can go on.
struct DnsQuestion {
  DnsType type{};
  std::string name;  ///< lower case, no final dot; for kPtr the numeric address
  friend auto operator<=>(const DnsQuestion&, const DnsQuestion&) = default;
};

enum class DnsStatus : std::uint8_t {
  kAnswered,    ///< `values` may be empty: the name exists, not the type
  kNoSuchName,  ///< NXDOMAIN
  kFailed,      ///< timeout, SERVFAIL, bogus
};

struct DnsAnswer {
  DnsStatus status = DnsStatus::kFailed;
  std::vector<std::string>
      values;  ///< addresses in text, TXT with its strings joined, names; MX hosts by preference
};

/// What has been asked so far. Evaluators are pure functions of their input and this: they answer, or name
/// the question they lack; the caller resolves it, adds it, and calls again. The order of calls cannot change
/// a result.
class DnsAnswers {
 public:
  /// Null when it has not been asked.
  const DnsAnswer* find(const DnsQuestion& question) const;
  void add(DnsQuestion question, DnsAnswer answer);

 private:
  std::vector<std::pair<DnsQuestion, DnsAnswer>> entries_;  ///< sorted; a check asks some ten to two hundred
};

}  // namespace postroad::mail
