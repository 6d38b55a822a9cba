#include "mail/dkim_verifier.h"

#include <algorithm>

#include "base/text.h"
#include "mail/dkim_signer.h"

namespace postroad::mail {
namespace {

bool is_same_or_below(std::string_view domain, std::string_view parent) {
  if (ascii_iequals(domain, parent)) return true;
  return domain.size() > parent.size() && domain[domain.size() - parent.size() - 1] == '.' &&
         ascii_iequals(domain.substr(domain.size() - parent.size()), parent);
}

void decide(DkimVerdict& verdict, DkimResult result, std::string reason) {
  verdict.result = result;
  verdict.reason = std::move(reason);
}

}  // namespace

std::string_view name_of(DkimResult result) {
  switch (result) {
    case DkimResult::kNone:
      return "none";
    case DkimResult::kPass:
      return "pass";
    case DkimResult::kFail:
      return "fail";
    case DkimResult::kPolicy:
      return "policy";
    case DkimResult::kNeutral:
      return "neutral";
    case DkimResult::kTemperror:
      return "temperror";
    case DkimResult::kPermerror:
      break;
  }
  return "permerror";
}

DkimVerifier::DkimVerifier(const HeaderBlock& header, DkimOptions options)
    : header_(header), options_(options) {
  for (const HeaderField& field : header.fields()) {
    if (!ascii_iequals(field.name, "DKIM-Signature")) continue;
    if (candidates_.size() == kSignaturesMax) break;
    Candidate& candidate = candidates_.emplace_back();
    auto parsed = parse_signature_field(field);
    if (parsed) {
      candidate.field = *std::move(parsed);
      candidate.verdict.domain = candidate.field.domain;
      candidate.verdict.selector = candidate.field.selector;
      check_form(candidate);
    } else {
      decide(candidate.verdict, DkimResult::kPermerror, parsed.error().detail);
    }
    if (candidate.verdict.result == DkimResult::kNone) check_body(candidate);
    if (candidate.verdict.result == DkimResult::kNone)
      questions_.push_back({DnsType::kTxt, candidate.field.key_name()});
  }
}

void DkimVerifier::check_form(Candidate& candidate) {
  const auto refuse = [&](std::string why) {
    decide(candidate.verdict, DkimResult::kPermerror, std::move(why));
  };
  const SignatureField& field = candidate.field;
  auto content = parse_signed_content(field.tags);
  if (!content) return refuse(content.error().detail);
  candidate.content = *std::move(content);
  const std::string* version = field.tags.find("v");
  if (version == nullptr || *version != "1") return refuse("v= is not 1");
  const auto& names = candidate.content.names;
  if (std::none_of(names.begin(), names.end(),
                   [](const std::string& n) { return ascii_iequals(n, "From"); })) {
    return refuse("h= does not name From");
  }
  if (const std::string* query = field.tags.find("q");
      query != nullptr && query->find("dns/txt") == std::string::npos) {
    return refuse("q= is unknown");
  }
  const std::string* identity = field.tags.find("i");
  candidate.verdict.identity = identity == nullptr ? '@' + field.domain : *identity;
  const std::size_t at = candidate.verdict.identity.rfind('@');
  if (at == std::string::npos ||
      !is_same_or_below(std::string_view(candidate.verdict.identity).substr(at + 1), field.domain)) {
    return refuse("i= is not under d=");
  }
  if (field.signed_at && field.expires && *field.expires < *field.signed_at) return refuse("x= is before t=");
  if (options_.now && field.expires && *field.expires < *options_.now) {
    decide(candidate.verdict, DkimResult::kFail, "the signature has expired");
  }
}

void DkimVerifier::check_body(Candidate& candidate) {
  const SignedContent& content = candidate.content;
  if (!content.body_length) {
    if (body_hash(header_.body(), content.body) != content.body_hash) {
      decide(candidate.verdict, DkimResult::kFail, "the body was changed");
    }
    return;
  }
  std::string canonical;
  BodyCanonicalizer canonicalizer(content.body);
  canonicalizer.update(header_.body(), canonical);
  canonicalizer.finish(canonical);
  if (*content.body_length > canonical.size()) {
    return decide(candidate.verdict, DkimResult::kPermerror, "l= is longer than the body");
  }
  if (sha256(std::string_view(canonical).substr(0, *content.body_length)) != content.body_hash) {
    return decide(candidate.verdict, DkimResult::kFail, "the body was changed");
  }
  if (*content.body_length < canonical.size()) {
    decide(candidate.verdict, DkimResult::kPolicy, "l= leaves part of the body unsigned");
  }
}

DkimVerdict DkimVerifier::verify(const Candidate& candidate, const DnsAnswers& answers) const {
  DkimVerdict verdict = candidate.verdict;
  if (verdict.result != DkimResult::kNone) return verdict;
  const DnsAnswer* answer = answers.find({DnsType::kTxt, candidate.field.key_name()});
  if (answer == nullptr || answer->status == DnsStatus::kFailed) {
    decide(verdict, DkimResult::kTemperror, "the key could not be looked up");
    return verdict;
  }
  decide(verdict, DkimResult::kPermerror, "there is no key");
  for (const std::string& record : answer->values) {
    const auto key = DkimPublicKey::from_record(record, options_.rsa_bits_min);
    if (!key) {
      decide(verdict, DkimResult::kPermerror, key.error().detail);
      continue;
    }
    const std::size_t at = verdict.identity.rfind('@');
    if (key->algorithm() != candidate.field.algorithm) {
      decide(verdict, DkimResult::kPermerror, "the key is of another type");
    } else if (key->strict_identity() &&
               !ascii_iequals(std::string_view(verdict.identity).substr(at + 1), verdict.domain)) {
      decide(verdict, DkimResult::kPermerror, "the key allows no sub-domain");
    } else if (key->verify(signed_data(header_, candidate.field, candidate.content),
                           candidate.field.signature)) {
      decide(verdict, DkimResult::kPass, "");
      return verdict;
    } else {
      decide(verdict, DkimResult::kFail, "the header was changed");
    }
  }
  return verdict;
}

DkimReport DkimVerifier::finish(const DnsAnswers& answers) const {
  DkimReport report;
  for (const Candidate& candidate : candidates_) report.signatures.push_back(verify(candidate, answers));
  for (const DkimVerdict& verdict : report.signatures) {
    if (verdict.result == DkimResult::kPass) report.result = DkimResult::kPass;
  }
  if (report.result == DkimResult::kNone && !report.signatures.empty())
    report.result = report.signatures[0].result;
  return report;
}

}  // namespace postroad::mail
