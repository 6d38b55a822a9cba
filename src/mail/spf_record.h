#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/ip_text.h"

namespace postroad::mail {

inline constexpr std::size_t kSpfRecordBytesMax = 16 * 1024;  ///< ours; longer ones are malformed
inline constexpr std::size_t kSpfTermsMax = 500;              ///< ours

enum class SpfResult : std::uint8_t { kNone, kNeutral, kPass, kFail, kSoftfail, kTemperror, kPermerror };
std::string_view name_of(SpfResult result);

enum class SpfMechanismKind : std::uint8_t { kAll, kInclude, kA, kMx, kPtr, kIp4, kIp6, kExists };

struct SpfMechanism {
  SpfMechanismKind kind{};
  SpfResult verdict = SpfResult::kPass;  ///< what the qualifier says on a match
  std::string domain_spec;               ///< with macros; empty: the current domain
  IpAddress network;                     ///< ip4, ip6
  int prefix4 = 32, prefix6 = 128;
};

struct SpfRecord {
  std::vector<SpfMechanism> mechanisms;
  std::optional<std::string> redirect, exp;  ///< domain-specs
};

/// Whether a TXT record is an SPF record at all: "v=spf1", then a space or the end (RFC 7208 §4.5).
bool is_spf_record(std::string_view text);
/// RFC 7208 §4.6.1, §12, strictly; nullopt is a permerror, wherever in the record the fault is.
std::optional<SpfRecord> parse_spf_record(std::string_view text);
/// §7.1 macro-string; `explanation` allows spaces and the letters c, r, t.
bool is_macro_string(std::string_view text, bool explanation);

}  // namespace postroad::mail
