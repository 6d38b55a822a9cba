#include "mail/dkim_signer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/text.h"
#include "mail/digest.h"
#include "mail/domain_name.h"

namespace postroad::mail {
namespace {

struct Signed {
  std::string_view name;
  bool oversigned;
};

/// Oversigned: a second one could change what the reader sees. The others are signed where they occur.
constexpr std::array kSigned{
    Signed{"From", true},
    Signed{"To", true},
    Signed{"Cc", true},
    Signed{"Subject", true},
    Signed{"Date", true},
    Signed{"Reply-To", true},
    Signed{"Message-ID", true},
    Signed{"MIME-Version", true},
    Signed{"Content-Type", true},
    Signed{"Content-Transfer-Encoding", true},
    Signed{"Sender", false},
    Signed{"In-Reply-To", false},
    Signed{"References", false},
    Signed{"List-Id", false},
    Signed{"List-Unsubscribe", false},
    Signed{"List-Unsubscribe-Post", false},
    Signed{"Feedback-ID", false},
};
constexpr std::size_t kFieldsOfOneNameMax = 50;  // beyond, the lowest ones are signed
constexpr std::size_t kChunkBytes = 16 * 1024;

std::string_view name_of(Canonicalization mode) {
  return mode == Canonicalization::kSimple ? "simple" : "relaxed";
}

/// Base64 in pieces a folded line can hold.
std::string folded_base64(std::string_view raw) {
  constexpr std::size_t kPiece = 72;
  const std::string encoded = base64_encode(raw);
  std::string out;
  for (std::size_t at = 0; at < encoded.size(); at += kPiece) {
    out += "\r\n\t";
    out.append(encoded, at, kPiece);
  }
  return out;
}

/// The names for h=, and the canonical fields in that order, lowest field of each name first (RFC 6376
/// §5.4.2).
std::pair<std::string, std::string> selection(const HeaderBlock& header, Canonicalization mode) {
  std::string names;
  std::string data;
  std::size_t column = 3;
  const auto name = [&](std::string_view text) {
    if (!names.empty()) names += ':', ++column;
    if (column + text.size() > 74) names += "\r\n\t", column = 1;
    names += text;
    column += text.size();
  };
  for (const auto& [field_name, oversigned] : kSigned) {
    std::size_t count = 0;
    for (auto field = header.fields().rbegin();
         field != header.fields().rend() && count < kFieldsOfOneNameMax; ++field) {
      if (!ascii_iequals(field->name, field_name)) continue;
      ++count;
      name(field_name);
      data += canonical_field(field->raw, mode);
    }
    if (oversigned) name(field_name);
  }
  return {std::move(names), std::move(data)};
}

}  // namespace

struct BodyHasher::State {
  explicit State(Canonicalization mode) : canonicalizer(mode) {}
  BodyCanonicalizer canonicalizer;
  Digest digest;
  std::string chunk;
};

BodyHasher::BodyHasher(Canonicalization mode) : state_(std::make_unique<State>(mode)) {}
BodyHasher::~BodyHasher() = default;
BodyHasher::BodyHasher(BodyHasher&&) noexcept = default;

void BodyHasher::update(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t length = std::min(piece.size(), kChunkBytes);
    state_->canonicalizer.update(piece.substr(0, length), state_->chunk);
    state_->digest.update(state_->chunk);
    state_->chunk.clear();
    piece.remove_prefix(length);
  }
}

std::string BodyHasher::finish() {
  state_->canonicalizer.finish(state_->chunk);
  state_->digest.update(state_->chunk);
  return state_->digest.finish();
}

std::string body_hash(std::string_view body, Canonicalization mode) {
  BodyHasher hasher(mode);
  hasher.update(body);
  return hasher.finish();
}

Result<std::string> dkim_signature(const DkimKey& key, const DkimSigning& signing, const HeaderBlock& header,
                                   std::string_view hash) {
  PR_ASSERT(hash.size() == 32);
  if (!is_hostname(signing.domain))
    return fail_permanent(ErrorCode::kInvalidArgument, "DKIM: the domain is no host name");
  if (!is_hostname(signing.selector)) {
    return fail_permanent(ErrorCode::kInvalidArgument, "DKIM: the selector is no host name");
  }
  const std::int64_t now = signing.now.time_since_epoch().count();
  auto [names, data] = selection(header, signing.header);
  std::string field = fmt::format(
      "DKIM-Signature: v=1; a={}; c={}/{};\r\n\td={}; s={};\r\n\tt={}; x={};\r\n\th={};\r\n\tbh={};\r\n\tb=",
      key.algorithm() == DkimAlgorithm::kRsaSha256 ? "rsa-sha256" : "ed25519-sha256", name_of(signing.header),
      name_of(signing.body), signing.domain, signing.selector, now, now + kSignatureLifetime.count(), names,
      base64_encode(hash));
  std::string last = canonical_field(field, signing.header);
  last.resize(last.size() - 2);  // RFC 6376 §3.7: its own field without the final CRLF
  data += last;
  field += folded_base64(key.sign(data));
  return field + "\r\n";
}

}  // namespace postroad::mail
