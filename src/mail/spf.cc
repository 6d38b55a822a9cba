#include "mail/spf.h"

#include <algorithm>

#include "base/scan.h"
#include "base/text.h"
#include "mail/characters.h"
#include "mail/spf_macro.h"

namespace postroad::mail {
namespace {

/// No empty label, none over 63, at most 253 in all.
bool is_askable(std::string_view domain) {
  if (domain.empty() || domain.size() > 253) return false;
  for (const std::string_view label : split(domain, '.')) {
    if (label.empty() || label.size() > 63) return false;
  }
  return true;
}

bool is_same_or_below(std::string_view name, std::string_view parent) {
  return name == parent || (name.size() > parent.size() && name.ends_with(parent) &&
                            name[name.size() - parent.size() - 1] == '.');
}

/// One record on the way: the top one, or an include.
struct Frame {
  std::string domain;
  SpfRecord record;
  std::size_t next = 0;
  bool loaded = false;
};

class Check {
 public:
  Check(const SpfQuery& query, const DnsAnswers& answers) : query_(query), answers_(answers) {
    query_.ip = unmapped(query.ip);
    std::string sender = query.mail_from.empty() ? "postmaster@" + query.helo : query.mail_from;
    const std::size_t at = sender.rfind('@');
    macros_.local_part = at == std::string::npos || at == 0 ? "postmaster" : sender.substr(0, at);
    macros_.sender_domain = at == std::string::npos ? sender : sender.substr(at + 1);
    macros_.query = &query_;
  }

  std::variant<DnsQuestion, SpfVerdict> run() {
    SpfVerdict verdict;
    verdict.domain = ascii_lower(macros_.sender_domain);
    if (verdict.domain.ends_with('.')) verdict.domain.pop_back();
    const bool checkable = is_askable(verdict.domain) && verdict.domain.find('.') != std::string::npos &&
                           verdict.domain[0] != '[';
    if (!checkable) return verdict;
    stack_.push_back({.domain = verdict.domain});
    while (!stack_.empty() && !needed_) step();
    if (needed_) return *needed_;
    verdict.result = result_;
    if (result_ == SpfResult::kFail && explanation_spec_) verdict.explanation = explanation();
    if (needed_) return *needed_;
    return verdict;
  }

 private:
  const DnsAnswer* ask(DnsType type, const std::string& name) {
    DnsQuestion question{type, name};
    const DnsAnswer* answer = answers_.find(question);
    if (answer == nullptr && !needed_) needed_ = std::move(question);
    return answer;
  }

  /// The same for a term's own look-up: a failure ends the check, and so do too many empty answers.
  const DnsAnswer* ask_for_term(DnsType type, const std::string& name) {
    const DnsAnswer* answer = ask(type, name);
    if (answer == nullptr) return nullptr;
    if (answer->status == DnsStatus::kFailed) {
      finish(SpfResult::kTemperror);
      return nullptr;
    }
    if (answer->values.empty() && ++void_lookups_ > kSpfVoidLookupsMax) {
      finish(SpfResult::kPermerror);
      return nullptr;
    }
    return answer;
  }

  void step() {
    Frame& frame = stack_.back();
    if (!frame.loaded) {
      load(frame);
      return;
    }
    if (frame.next < frame.record.mechanisms.size()) {
      evaluate(frame, frame.record.mechanisms[frame.next]);
      return;
    }
    if (!frame.record.redirect) return frame_result(SpfResult::kNeutral);
    if (++lookups_ > kSpfLookupsMax) return finish(SpfResult::kPermerror);
    const auto target = target_of(*frame.record.redirect, frame.domain);
    if (needed_) return;
    if (!target) return finish(SpfResult::kPermerror);
    redirected_ = true;
    frame = Frame{.domain = *target};
  }

  void load(Frame& frame) {
    const DnsAnswer* answer = ask(DnsType::kTxt, frame.domain);
    if (answer == nullptr) return;
    if (answer->status == DnsStatus::kFailed) return finish(SpfResult::kTemperror);
    const auto is_spf = [](const std::string& text) { return is_spf_record(text); };
    const auto count = std::count_if(answer->values.begin(), answer->values.end(), is_spf);
    const bool top = stack_.size() == 1 && !redirected_;
    if (count == 0) return finish(top ? SpfResult::kNone : SpfResult::kPermerror);
    auto record = count == 1
                      ? parse_spf_record(*std::find_if(answer->values.begin(), answer->values.end(), is_spf))
                      : std::nullopt;
    if (!record) return finish(SpfResult::kPermerror);
    frame.record = *std::move(record);
    frame.loaded = true;
    if (stack_.size() == 1) {
      explanation_spec_ = frame.record.exp;
      explanation_domain_ = frame.domain;
    }
  }

  void evaluate(Frame& frame, const SpfMechanism& mechanism) {
    using Kind = SpfMechanismKind;
    const bool asks =
        mechanism.kind != Kind::kAll && mechanism.kind != Kind::kIp4 && mechanism.kind != Kind::kIp6;
    if (asks && ++lookups_ > kSpfLookupsMax) return finish(SpfResult::kPermerror);
    std::optional<std::string> target = frame.domain;
    if (asks && !mechanism.domain_spec.empty()) target = target_of(mechanism.domain_spec, frame.domain);
    if (needed_) return;
    if (mechanism.kind == Kind::kInclude) {
      if (!target) return finish(SpfResult::kPermerror);
      stack_.push_back({.domain = *target});  // `frame` is gone; its `next` still names this include
      return;
    }
    const bool matched = target && matches(mechanism, *target);
    if (needed_ || stack_.empty()) return;
    ++frame.next;
    if (matched) frame_result(mechanism.verdict);
  }

  bool matches(const SpfMechanism& mechanism, const std::string& target) {
    switch (mechanism.kind) {
      case SpfMechanismKind::kAll:
        return true;
      case SpfMechanismKind::kIp4:
        return same_prefix(query_.ip, mechanism.network, mechanism.prefix4);
      case SpfMechanismKind::kIp6:
        return same_prefix(query_.ip, mechanism.network, mechanism.prefix6);
      case SpfMechanismKind::kA:
        return host_matches(target, mechanism);
      case SpfMechanismKind::kMx:
        return mx_matches(target, mechanism);
      case SpfMechanismKind::kPtr:
        return ptr_matches(target);
      case SpfMechanismKind::kExists: {
        const DnsAnswer* answer = ask_for_term(DnsType::kA, target);
        return answer != nullptr && !answer->values.empty();
      }
      case SpfMechanismKind::kInclude:
        break;
    }
    return false;
  }

  bool host_matches(const std::string& host, const SpfMechanism& mechanism) {
    const DnsAnswer* answer = ask_for_term(query_.ip.is_v6 ? DnsType::kAaaa : DnsType::kA, host);
    if (answer == nullptr) return false;
    const int prefix = query_.ip.is_v6 ? mechanism.prefix6 : mechanism.prefix4;
    return std::any_of(answer->values.begin(), answer->values.end(), [&](const std::string& text) {
      const auto address = parse_ip(text);
      return address && same_prefix(*address, query_.ip, prefix);
    });
  }

  bool mx_matches(const std::string& target, const SpfMechanism& mechanism) {
    const DnsAnswer* answer = ask_for_term(DnsType::kMx, target);
    if (answer == nullptr) return false;
    if (answer->values.size() > kSpfHostsMax) {
      finish(SpfResult::kPermerror);
      return false;
    }
    for (const std::string& host : answer->values) {
      const std::string name = asked_name(host);
      if (!is_askable(name)) continue;
      if (host_matches(name, mechanism)) return true;
      if (needed_ || stack_.empty()) return false;
    }
    return false;
  }

  bool ptr_matches(const std::string& target) {
    const std::string domain = ascii_lower(target);
    const auto names = validated_names();
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return is_same_or_below(name, domain); });
  }

  /// §5.5: names of the address that lead back to it. A look-up that fails counts as none.
  std::vector<std::string> validated_names() {
    std::vector<std::string> validated;
    const DnsAnswer* names = ask(DnsType::kPtr, format_ip(query_.ip));
    if (names == nullptr || names->status != DnsStatus::kAnswered) return validated;
    for (std::size_t i = 0; i < names->values.size() && i < kSpfHostsMax; ++i) {
      const std::string name = asked_name(names->values[i]);
      if (!is_askable(name)) continue;
      const DnsAnswer* back = ask(query_.ip.is_v6 ? DnsType::kAaaa : DnsType::kA, name);
      if (back == nullptr) return {};
      const bool leads_back =
          std::any_of(back->values.begin(), back->values.end(),
                      [&](const std::string& text) { return parse_ip(text) == std::optional(query_.ip); });
      if (leads_back) validated.push_back(name);
    }
    return validated;
  }

  static std::string asked_name(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return ascii_lower(name);
  }

  /// §7.2: for %{p} the domain itself is best, then a sub-domain, then any.
  std::string best_validated_name(const std::string& domain) {
    const auto names = validated_names();
    for (const std::string& name : names) {
      if (name == domain) return name;
    }
    for (const std::string& name : names) {
      if (is_same_or_below(name, domain)) return name;
    }
    return names.empty() ? "unknown" : names.front();
  }

  std::string expanded(std::string_view spec, const std::string& domain) {
    macros_.domain = domain;
    if (uses_validated_name(spec)) macros_.validated = best_validated_name(domain);
    return expand_macros(spec, macros_);
  }

  /// The domain a spec names; nullopt when no question can be asked about it. Too long names lose labels on
  /// the left.
  std::optional<std::string> target_of(std::string_view spec, const std::string& domain) {
    std::string name = asked_name(expanded(spec, domain));
    while (name.size() > 253 && name.find('.') != std::string::npos) name = name.substr(name.find('.') + 1);
    if (!is_askable(name)) return std::nullopt;
    return name;
  }

  /// §6.2: anything wrong means no explanation, never another result.
  std::string explanation() {
    const auto target = target_of(*explanation_spec_, explanation_domain_);
    if (needed_ || !target) return "";
    const DnsAnswer* answer = ask(DnsType::kTxt, *target);
    if (answer == nullptr || answer->status != DnsStatus::kAnswered || answer->values.size() != 1) return "";
    const std::string& text = answer->values[0];
    if (!is_macro_string(text, true)) return "";
    const std::string out = expanded(text, explanation_domain_);
    return is_ascii(out) && !has_control(out) ? out.substr(0, kSpfExplanationBytesMax) : "";
  }

  /// The record on top is done. An include matches on a pass only (§5.2), and may pass its own verdict
  /// further up.
  void frame_result(SpfResult result) {
    while (true) {
      stack_.pop_back();
      if (stack_.empty()) {
        result_ = result;
        return;
      }
      Frame& parent = stack_.back();
      const SpfMechanism& include = parent.record.mechanisms[parent.next++];
      if (result != SpfResult::kPass) return;
      result = include.verdict;
    }
  }

  void finish(SpfResult result) {
    stack_.clear();
    result_ = result;
  }

  SpfQuery query_;
  const DnsAnswers& answers_;
  SpfMacroValues macros_;
  std::vector<Frame> stack_;
  std::optional<DnsQuestion> needed_;
  SpfResult result_ = SpfResult::kNone;
  int lookups_ = 0, void_lookups_ = 0;
  bool redirected_ = false;
  std::optional<std::string> explanation_spec_;
  std::string explanation_domain_;
};

}  // namespace

std::variant<DnsQuestion, SpfVerdict> check_spf(const SpfQuery& query, const DnsAnswers& answers) {
  return Check(query, answers).run();
}

}  // namespace postroad::mail
