#include <fmt/format.h>

#include "base/assert.h"
#include "base/scan.h"
#include "base/text.h"
#include "mail/arc.h"
#include "mail/characters.h"
#include "mail/domain_name.h"

namespace postroad::mail {
namespace {

auto refuse(std::string detail) {
  return fail_permanent(ErrorCode::kInvalidArgument, std::move(detail));
}

std::string_view algorithm_of(const DkimKey& key) {
  return key.algorithm() == DkimAlgorithm::kRsaSha256 ? "rsa-sha256" : "ed25519-sha256";
}

/// `written` up to and including "b=" becomes a signed field.
std::string with_signature(const DkimKey& key, std::string data, std::string written) {
  std::string own = canonical_field(written, Canonicalization::kRelaxed);
  own.resize(own.size() - 2);
  const std::string encoded = base64_encode(key.sign(data + own));
  for (std::size_t at = 0; at < encoded.size(); at += 72) written += "\r\n\t" + encoded.substr(at, 72);
  return written + "\r\n";
}

/// Every ARC field of one name there is, oldest set first: what a new seal covers besides itself.
std::string earlier_sets(const HeaderBlock& header, std::size_t sets) {
  std::string data;
  for (std::size_t instance = 1; instance <= sets; ++instance) {
    for (const std::string_view name : {"ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal"}) {
      for (const HeaderField& field : header.fields()) {
        if (!ascii_iequals(field.name, name)) continue;
        const std::string flat = without_white_space(field.value);
        const std::string tag = fmt::format("i={}", instance);
        const bool first = flat.starts_with(tag + ';');
        if (first || flat.find(';' + tag + ';') != std::string::npos || flat.ends_with(';' + tag)) {
          data += canonical_field(field.raw, Canonicalization::kRelaxed);
          break;
        }
      }
    }
  }
  return data;
}

}  // namespace

Result<std::string> seal_arc(const DkimKey& key, const DkimSigning& signing, const HeaderBlock& header,
                             std::string_view hash, std::string_view authserv_id, std::string_view results,
                             const ArcReport& chain) {
  PR_ASSERT(hash.size() == 32);
  if (!is_hostname(signing.domain) || !is_hostname(signing.selector))
    return refuse("ARC: domain or selector is no host name");
  if (has_control(results) || !is_ascii(results) || !is_hostname(authserv_id))
    return refuse("ARC: the results are not one line of ASCII");
  if (chain.result == ArcResult::kFail || chain.sets >= kArcSetsMax) return std::string();
  const std::size_t instance = chain.sets + 1;
  const std::int64_t now = signing.now.time_since_epoch().count();
  const std::string aar =
      fmt::format("ARC-Authentication-Results: i={}; {};\r\n\t{}\r\n", instance, authserv_id, results);
  const std::vector<std::string> names{"From",         "To",         "Cc",          "Subject",
                                       "Date",         "Reply-To",   "Message-ID",  "MIME-Version",
                                       "Content-Type", "References", "In-Reply-To", "DKIM-Signature"};
  std::string listed;
  for (const std::string& name : names) listed += (listed.empty() ? "" : ":") + name;
  const std::string ams =
      with_signature(key, selected_fields(header, names, Canonicalization::kRelaxed),
                     fmt::format("ARC-Message-Signature: i={}; a={}; c=relaxed/relaxed;\r\n\td={}; s={}; "
                                 "t={};\r\n\th={};\r\n\tbh={};\r\n\tb=",
                                 instance, algorithm_of(key), signing.domain, signing.selector, now, listed,
                                 base64_encode(hash)));
  const std::string covered = earlier_sets(header, chain.sets) +
                              canonical_field(aar, Canonicalization::kRelaxed) +
                              canonical_field(ams, Canonicalization::kRelaxed);
  const std::string seal = with_signature(
      key, covered,
      fmt::format("ARC-Seal: i={}; a={}; cv={};\r\n\td={}; s={}; t={};\r\n\tb=", instance, algorithm_of(key),
                  chain.sets == 0 ? "none" : "pass", signing.domain, signing.selector, now));
  return seal + ams + aar;
}

}  // namespace postroad::mail
