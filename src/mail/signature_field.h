#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/date.h"
#include "mail/dkim_canonical.h"
#include "mail/dkim_public_key.h"
#include "mail/header_block.h"
#include "mail/tag_list.h"

namespace postroad::mail {

/// What DKIM-Signature, ARC-Message-Signature and ARC-Seal have in common (RFC 6376 §3.5, RFC 8617 §4.1).
struct SignatureField {
  std::string_view raw;  ///< the field as it stands
  TagList tags;
  DkimAlgorithm algorithm = DkimAlgorithm::kRsaSha256;
  std::string domain, selector;  ///< lower case
  std::string signature;         ///< b=, decoded
  std::optional<UnixSeconds> signed_at, expires;

  /// `selector._domainkey.domain`
  std::string key_name() const;
};

/// How a message's own header and body were signed: h=, c=, bh=, l=.
struct SignedContent {
  Canonicalization header = Canonicalization::kSimple, body = Canonicalization::kSimple;
  std::vector<std::string> names;  ///< h=, as spelled
  std::string body_hash;
  std::optional<std::uint64_t> body_length;  ///< l=
};

/// Permanent errors name the tag that is missing or wrong.
Result<SignatureField> parse_signature_field(const HeaderField& field);
Result<SignedContent> parse_signed_content(const TagList& tags);

/// The field with the value of b= taken out and nothing else changed (RFC 6376 §3.7).
std::string without_signature(std::string_view raw);
/// The canonical fields that h= names, each taken from the bottom up (RFC 6376 §5.4.2).
std::string selected_fields(const HeaderBlock& header, const std::vector<std::string>& names,
                            Canonicalization mode);
/// The data a message signature covers: the selected fields and its own field without b= and final CRLF.
std::string signed_data(const HeaderBlock& header, const SignatureField& field, const SignedContent& content);

}  // namespace postroad::mail
