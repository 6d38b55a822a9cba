#include "mail/arc.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "mail/header_writer.h"

namespace postroad::mail {
namespace {

constexpr std::string_view kResults = "ARC-Authentication-Results";
constexpr std::string_view kMessage = "ARC-Message-Signature";
constexpr std::string_view kSeal = "ARC-Seal";

/// `i=N` from the start of ARC-Authentication-Results, which is no tag list: "i=1; example.org; ...".
std::string results_instance(std::string_view value) {
  const std::size_t semicolon = value.find(';');
  if (semicolon == std::string_view::npos) return "";
  const std::string_view first = trim(value.substr(0, semicolon));
  const std::size_t equals = first.find('=');
  if (equals == std::string_view::npos || trim(first.substr(0, equals)) != "i") return "";
  return std::string(trim(first.substr(equals + 1)));
}

std::string tag_instance(std::string_view value) {
  const auto tags = parse_tag_list(value);
  const std::string* instance = tags ? tags->find("i") : nullptr;
  return instance == nullptr ? "" : *instance;
}

}  // namespace

std::string_view name_of(ArcResult result) {
  return result == ArcResult::kNone ? "none" : result == ArcResult::kPass ? "pass" : "fail";
}

ArcVerifier::ArcVerifier(const HeaderBlock& header, int rsa_bits_min)
    : header_(header), rsa_bits_min_(rsa_bits_min) {
  if (!collect() || sets_.empty()) {
    decided_ = true;
    return;
  }
  early_.sets = sets_.size();
  for (std::size_t instance = 1; instance <= sets_.size(); ++instance) {
    if (!check_set(instance)) {
      decided_ = true;
      return;
    }
    questions_.push_back({DnsType::kTxt, sets_[instance - 1].seal_field.key_name()});
  }
  early_.sealer = sets_.back().seal_field.domain;
  const std::string first = unfold(sets_.front().results->value);
  early_.authentication_results = std::string(trim(std::string_view(first).substr(first.find(';') + 1)));
  questions_.push_back({DnsType::kTxt, sets_.back().message_field.key_name()});
  std::sort(questions_.begin(), questions_.end());
  questions_.erase(std::unique(questions_.begin(), questions_.end()), questions_.end());
}

void ArcVerifier::fail(std::string reason) {
  early_.result = ArcResult::kFail;
  early_.reason = std::move(reason);
}

bool ArcVerifier::place(const HeaderField& field, const HeaderField* Set::* member,
                        std::string_view instance) {
  const auto number = parse_int(instance);
  if (!number || *number < 1 || *number > static_cast<std::int64_t>(kArcSetsMax)) {
    fail("a set has no instance from 1 to 50");
    return false;
  }
  if (sets_.size() < static_cast<std::size_t>(*number)) sets_.resize(static_cast<std::size_t>(*number));
  const HeaderField*& slot = sets_[static_cast<std::size_t>(*number) - 1].*member;
  if (slot != nullptr) {
    fail("a set has a field twice");
    return false;
  }
  slot = &field;
  return true;
}

bool ArcVerifier::collect() {
  for (const HeaderField& field : header_.fields()) {
    bool good = true;
    if (ascii_iequals(field.name, kResults))
      good = place(field, &Set::results, results_instance(field.value));
    if (ascii_iequals(field.name, kMessage)) good = place(field, &Set::message, tag_instance(field.value));
    if (ascii_iequals(field.name, kSeal)) good = place(field, &Set::seal, tag_instance(field.value));
    if (!good) return false;
  }
  return true;
}

bool ArcVerifier::check_set(std::size_t instance) {
  Set& set = sets_[instance - 1];
  if (set.results == nullptr || set.message == nullptr || set.seal == nullptr)
    return fail("a set is not whole"), false;
  auto seal = parse_signature_field(*set.seal);
  if (!seal) return fail("ARC-Seal: " + seal.error().detail), false;
  set.seal_field = *std::move(seal);
  if (set.seal_field.tags.find("h") != nullptr) return fail("ARC-Seal has h="), false;
  const std::string* verdict = set.seal_field.tags.find("cv");
  if (verdict == nullptr || *verdict != (instance == 1 ? "none" : "pass"))
    return fail("cv= does not fit its place"), false;
  if (instance != sets_.size()) return true;
  auto message = parse_signature_field(*set.message);
  if (!message) return fail("ARC-Message-Signature: " + message.error().detail), false;
  set.message_field = *std::move(message);
  auto content = parse_signed_content(set.message_field.tags);
  if (!content) return fail("ARC-Message-Signature: " + content.error().detail), false;
  newest_ = *std::move(content);
  // Sealers mean relaxed/relaxed where they leave c= out, and the public validation suite reads it so.
  if (set.message_field.tags.find("c") == nullptr) newest_.header = newest_.body = Canonicalization::kRelaxed;
  for (const std::string& name : newest_.names) {
    if (ascii_iequals(name, kSeal)) return fail("ARC-Message-Signature signs ARC-Seal"), false;
  }
  const std::string& full = newest_.body_hash;
  if (newest_.body_length || body_hash(header_.body(), newest_.body) != full)
    return fail("the body was changed"), false;
  return true;
}

/// RFC 8617 §5.1.1: every set up to this one, in order, its own seal without b= and last.
std::string ArcVerifier::sealed_data(std::size_t instance) const {
  std::string data;
  for (std::size_t i = 1; i <= instance; ++i) {
    const Set& set = sets_[i - 1];
    data += canonical_field(set.results->raw, Canonicalization::kRelaxed);
    data += canonical_field(set.message->raw, Canonicalization::kRelaxed);
    const std::string seal = i == instance ? without_signature(set.seal->raw) : std::string(set.seal->raw);
    data += canonical_field(seal, Canonicalization::kRelaxed);
  }
  data.resize(data.size() - 2);
  return data;
}

bool ArcVerifier::verify(const SignatureField& field, std::string_view data, const DnsAnswers& answers,
                         ArcReport& report) const {
  const DnsAnswer* answer = answers.find({DnsType::kTxt, field.key_name()});
  if (answer == nullptr || answer->status == DnsStatus::kFailed) {
    report.temporary = true;
    return false;
  }
  for (const std::string& record : answer->values) {
    const auto key = DkimPublicKey::from_record(record, rsa_bits_min_);
    if (key && key->algorithm() == field.algorithm && key->verify(data, field.signature)) return true;
  }
  return false;
}

ArcReport ArcVerifier::finish(const DnsAnswers& answers) const {
  ArcReport report = early_;
  if (decided_) return report;
  const Set& newest = sets_.back();
  const auto failed = [&](std::string reason) {
    report.result = ArcResult::kFail;
    report.reason = std::move(reason);
    return report;
  };
  if (!verify(newest.message_field, signed_data(header_, newest.message_field, newest_), answers, report)) {
    return failed("the newest ARC-Message-Signature does not verify");
  }
  for (std::size_t instance = sets_.size(); instance >= 1; --instance) {
    if (!verify(sets_[instance - 1].seal_field, sealed_data(instance), answers, report)) {
      return failed(fmt::format("ARC-Seal {} does not verify", instance));
    }
  }
  report.result = ArcResult::kPass;
  return report;
}

}  // namespace postroad::mail
