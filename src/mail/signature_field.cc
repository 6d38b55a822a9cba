#include "mail/signature_field.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "mail/domain_name.h"

namespace postroad::mail {
namespace {

constexpr std::size_t kSignedNamesMax = 500;  ///< ours, in h=

auto refuse(std::string detail) {
  return fail_permanent(ErrorCode::kRejected, std::move(detail));
}

Result<const std::string*> required(const TagList& tags, std::string_view name) {
  const std::string* value = tags.find(name);
  if (value == nullptr || value->empty()) return refuse(std::string(name) + "= is missing");
  return value;
}

Result<std::optional<UnixSeconds>> time_tag(const TagList& tags, std::string_view name) {
  const std::string* value = tags.find(name);
  if (value == nullptr) return std::nullopt;
  const auto seconds = parse_int(*value);
  if (!seconds || *seconds < 0 || value->size() > 12) return refuse(std::string(name) + "= is no time");
  return UnixSeconds{std::chrono::seconds{*seconds}};
}

/// A selector may hold underscores; labels are otherwise as in host names.
bool is_dns_name(std::string_view name) {
  std::string plain(name);
  std::replace(plain.begin(), plain.end(), '_', 'x');
  return is_hostname(plain);
}

Result<Canonicalization> canonicalization(std::string_view name) {
  if (name == "simple") return Canonicalization::kSimple;
  if (name == "relaxed") return Canonicalization::kRelaxed;
  return refuse("c= is unknown");
}

}  // namespace

std::string SignatureField::key_name() const {
  return selector + "._domainkey." + domain;
}

Result<SignatureField> parse_signature_field(const HeaderField& field) {
  auto tags = parse_tag_list(field.value);
  if (!tags) return refuse("the field is malformed");
  SignatureField out{.raw = field.raw, .tags = *std::move(tags)};
  ASSIGN_OR_RETURN(const std::string* algorithm, required(out.tags, "a"));
  if (*algorithm != "rsa-sha256" && *algorithm != "ed25519-sha256")
    return refuse("a= is unknown or forbidden");
  out.algorithm = *algorithm == "rsa-sha256" ? DkimAlgorithm::kRsaSha256 : DkimAlgorithm::kEd25519Sha256;
  ASSIGN_OR_RETURN(const std::string* domain, required(out.tags, "d"));
  ASSIGN_OR_RETURN(const std::string* selector, required(out.tags, "s"));
  out.domain = ascii_lower(*domain);
  out.selector = ascii_lower(*selector);
  if (!is_dns_name(out.domain) || !is_dns_name(out.selector)) return refuse("d= or s= is no domain name");
  ASSIGN_OR_RETURN(const std::string* signature, required(out.tags, "b"));
  auto raw = base64_decode(*signature);
  if (!raw || raw->empty()) return refuse("b= is not base64");
  out.signature = *std::move(raw);
  ASSIGN_OR_RETURN(out.signed_at, time_tag(out.tags, "t"));
  ASSIGN_OR_RETURN(out.expires, time_tag(out.tags, "x"));
  return out;
}

Result<SignedContent> parse_signed_content(const TagList& tags) {
  SignedContent out;
  if (const std::string* mode = tags.find("c")) {
    const std::size_t slash = mode->find('/');
    ASSIGN_OR_RETURN(out.header, canonicalization(std::string_view(*mode).substr(0, slash)));
    if (slash != std::string::npos) {
      ASSIGN_OR_RETURN(out.body, canonicalization(std::string_view(*mode).substr(slash + 1)));
    }
  }
  ASSIGN_OR_RETURN(const std::string* hash, required(tags, "bh"));
  auto raw = base64_decode(*hash);
  if (!raw || raw->size() != 32) return refuse("bh= is no SHA-256 in base64");
  out.body_hash = *std::move(raw);
  ASSIGN_OR_RETURN(const std::string* names, required(tags, "h"));
  for (const std::string_view name : split(*names, ':')) {
    out.names.emplace_back(trim(name));
    if (out.names.size() > kSignedNamesMax) return refuse("h= names too many fields");
  }
  if (const std::string* length = tags.find("l")) {
    const auto octets = parse_int(*length);
    if (!octets || *octets < 0) return refuse("l= is no number");
    out.body_length = static_cast<std::uint64_t>(*octets);
  }
  return out;
}

std::string without_signature(std::string_view raw) {
  std::string out;
  const std::size_t colon = raw.find(':');
  std::size_t at = colon == std::string_view::npos ? raw.size() : colon + 1;
  out += raw.substr(0, at);
  while (at < raw.size()) {
    const std::size_t end = std::min(raw.find(';', at), raw.size());
    const std::string_view part = raw.substr(at, end - at);
    const std::size_t equals = part.find('=');
    const bool signature = equals != std::string_view::npos && trim(part.substr(0, equals)) == "b";
    out += signature ? part.substr(0, equals + 1) : part;
    if (end < raw.size()) out += ';';
    at = end + 1;
  }
  return out;
}

std::string selected_fields(const HeaderBlock& header, const std::vector<std::string>& names,
                            Canonicalization mode) {
  std::map<std::string, std::vector<const HeaderField*>, std::less<>> by_name;
  for (const HeaderField& field : header.fields()) {
    if (!field.name.empty()) by_name[ascii_lower(field.name)].push_back(&field);
  }
  std::string data;
  for (const std::string& name : names) {
    const auto found = by_name.find(ascii_lower(name));
    if (found == by_name.end() || found->second.empty()) continue;
    data += canonical_field(found->second.back()->raw, mode);
    found->second.pop_back();
  }
  return data;
}

std::string signed_data(const HeaderBlock& header, const SignatureField& field,
                        const SignedContent& content) {
  std::string data = selected_fields(header, content.names, content.header);
  std::string own = canonical_field(without_signature(field.raw), content.header);
  own.resize(own.size() - 2);
  return data + own;
}

}  // namespace postroad::mail
