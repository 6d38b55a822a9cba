#include "mail/spf_record.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace postroad::mail {
namespace {

bool is_alpha(char c) {
  return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// One past the macro that begins with the '%' at `at`; npos when it is none.
std::size_t macro_end(std::string_view text, std::size_t at, bool explanation) {
  if (at + 1 >= text.size()) return std::string_view::npos;
  const char kind = text[at + 1];
  if (kind == '%' || kind == '_' || kind == '-') return at + 2;
  if (kind != '{' || at + 2 >= text.size()) return std::string_view::npos;
  const std::string_view letters = explanation ? "slodiphcrtv" : "slodiphv";
  std::size_t i = at + 2;
  if (letters.find(ascii_lower(text[i])) == std::string_view::npos) return std::string_view::npos;
  const std::size_t digits = ++i;
  while (i < text.size() && is_digit(text[i])) ++i;
  const std::string_view number = text.substr(digits, i - digits);
  const bool zero = !number.empty() && number.find_first_not_of('0') == std::string_view::npos;
  if (zero || number.size() > 3) return std::string_view::npos;
  if (i < text.size() && ascii_lower(text[i]) == 'r') ++i;
  while (i < text.size() && std::string_view(".-+,/_=").find(text[i]) != std::string_view::npos) ++i;
  return i < text.size() && text[i] == '}' ? i + 1 : std::string_view::npos;
}

/// §7.1 domain-end: a macro, or a dot and a top label that is not all digits.
bool has_domain_end(std::string_view spec) {
  for (std::size_t i = 0; i < spec.size();) {
    if (spec[i] != '%') {
      ++i;
      continue;
    }
    i = macro_end(spec, i, false);
    if (i == std::string_view::npos) return false;
    if (i == spec.size()) return true;
  }
  if (spec.ends_with('.')) spec.remove_suffix(1);
  const std::size_t dot = spec.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view label = spec.substr(dot + 1);
  if (label.empty() || label.front() == '-' || label.back() == '-' || all_digits(label)) return false;
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return is_alpha(c) || is_digit(c) || c == '-'; });
}

bool is_domain_spec(std::string_view spec) {
  return !spec.empty() && is_macro_string(spec, false) && has_domain_end(spec);
}

/// "24" without leading zeros, up to `most`.
std::optional<int> prefix_length(std::string_view text, int most) {
  if (!all_digits(text) || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  const auto value = parse_int(text);
  if (!value || *value > most) return std::nullopt;
  return static_cast<int>(*value);
}

/// Takes "/24", "//64" or "/24//64" off the end of `rest`. False when one is there and wrong.
bool take_prefixes(std::string_view& rest, SpfMechanism& to) {
  if (const std::size_t at = rest.rfind("//");
      at != std::string_view::npos && all_digits(rest.substr(at + 2))) {
    const auto prefix = prefix_length(rest.substr(at + 2), 128);
    if (!prefix) return false;
    to.prefix6 = *prefix;
    rest = rest.substr(0, at);
  }
  if (const std::size_t at = rest.rfind('/');
      at != std::string_view::npos && all_digits(rest.substr(at + 1))) {
    const auto prefix = prefix_length(rest.substr(at + 1), 32);
    if (!prefix) return false;
    to.prefix4 = *prefix;
    rest = rest.substr(0, at);
  }
  return true;
}

bool read_network(std::string_view rest, SpfMechanism& to) {
  const bool v6 = to.kind == SpfMechanismKind::kIp6;
  if (!rest.starts_with(':')) return false;
  rest.remove_prefix(1);
  if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    const auto prefix = prefix_length(rest.substr(slash + 1), v6 ? 128 : 32);
    if (!prefix) return false;
    (v6 ? to.prefix6 : to.prefix4) = *prefix;
    rest = rest.substr(0, slash);
  }
  const auto network = v6 ? parse_ipv6(rest) : parse_ipv4(rest);
  if (!network) return false;
  to.network = *network;
  return true;
}

struct Form {
  std::string_view name;
  SpfMechanismKind kind;
  bool domain_needed;
  bool prefixes;
};
constexpr std::array kForms{
    Form{"all", SpfMechanismKind::kAll, false, false},
    Form{"include", SpfMechanismKind::kInclude, true, false},
    Form{"a", SpfMechanismKind::kA, false, true},
    Form{"mx", SpfMechanismKind::kMx, false, true},
    Form{"ptr", SpfMechanismKind::kPtr, false, false},
    Form{"ip4", SpfMechanismKind::kIp4, false, false},
    Form{"ip6", SpfMechanismKind::kIp6, false, false},
    Form{"exists", SpfMechanismKind::kExists, true, false},
};

bool read_mechanism(std::string_view term, SpfRecord& record) {
  SpfMechanism out;
  constexpr std::string_view kQualifiers = "+-~?";
  constexpr std::array kVerdicts{SpfResult::kPass, SpfResult::kFail, SpfResult::kSoftfail,
                                 SpfResult::kNeutral};
  if (const std::size_t q = kQualifiers.find(term[0]); q != std::string_view::npos) {
    out.verdict = kVerdicts[q];
    term.remove_prefix(1);
  }
  const std::size_t name_end = std::min(term.find_first_of(":/"), term.size());
  const auto* form = std::find_if(kForms.begin(), kForms.end(), [&](const Form& f) {
    return ascii_iequals(f.name, term.substr(0, name_end));
  });
  if (form == kForms.end()) return false;
  out.kind = form->kind;
  std::string_view rest = term.substr(name_end);
  if (form->kind == SpfMechanismKind::kIp4 || form->kind == SpfMechanismKind::kIp6) {
    if (!read_network(rest, out)) return false;
  } else {
    if (form->prefixes && !take_prefixes(rest, out)) return false;
    if (rest.empty() ? form->domain_needed : form->kind == SpfMechanismKind::kAll || rest[0] != ':')
      return false;
    if (!rest.empty()) {
      if (!is_domain_spec(rest.substr(1))) return false;
      out.domain_spec = std::string(rest.substr(1));
    }
  }
  record.mechanisms.push_back(std::move(out));
  return true;
}

/// §12 modifier: nullopt when `term` is none, else whether it is well-formed.
std::optional<bool> read_modifier(std::string_view term, SpfRecord& record) {
  const std::size_t equals = term.find('=');
  if (equals == std::string_view::npos || equals == 0 || !is_alpha(term[0])) return std::nullopt;
  const std::string_view name = term.substr(0, equals);
  if (!std::all_of(name.begin(), name.end(),
                   [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; })) {
    return std::nullopt;
  }
  const std::string_view value = term.substr(equals + 1);
  const bool redirect = ascii_iequals(name, "redirect");
  if (!redirect && !ascii_iequals(name, "exp")) return is_macro_string(value, true);
  auto& slot = redirect ? record.redirect : record.exp;
  if (slot || !is_domain_spec(value)) return false;
  slot = std::string(value);
  return true;
}

}  // namespace

std::string_view name_of(SpfResult result) {
  switch (result) {
    case SpfResult::kNone:
      return "none";
    case SpfResult::kNeutral:
      return "neutral";
    case SpfResult::kPass:
      return "pass";
    case SpfResult::kFail:
      return "fail";
    case SpfResult::kSoftfail:
      return "softfail";
    case SpfResult::kTemperror:
      return "temperror";
    case SpfResult::kPermerror:
      break;
  }
  return "permerror";
}

bool is_spf_record(std::string_view text) {
  return ascii_istarts_with(text, "v=spf1") && (text.size() == 6 || text[6] == ' ');
}

bool is_macro_string(std::string_view text, bool explanation) {
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '%') {
      i = macro_end(text, i, explanation);
      if (i == std::string_view::npos) return false;
      continue;
    }
    if (text[i] < (explanation ? 0x20 : 0x21) || text[i] > 0x7e) return false;
    ++i;
  }
  return true;
}

std::optional<SpfRecord> parse_spf_record(std::string_view text) {
  if (!is_spf_record(text) || text.size() > kSpfRecordBytesMax) return std::nullopt;
  SpfRecord record;
  std::size_t terms = 0;
  for (const std::string_view term : split(text.substr(6), ' ')) {
    if (term.empty()) continue;
    if (++terms > kSpfTermsMax) return std::nullopt;
    const auto modifier = read_modifier(term, record);
    if (modifier ? !*modifier : !read_mechanism(term, record)) return std::nullopt;
  }
  return record;
}

}  // namespace postroad::mail
