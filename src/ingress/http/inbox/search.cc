#include "ingress/http/inbox/search.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace postroad::ingress::http::inbox {
namespace {

/// The next word or phrase of `rest`, its quotes gone: `to:"a b"` is one.
std::string take_word(std::string_view& rest) {
  std::string word;
  bool quoted = false;
  std::size_t at = 0;
  for (; at < rest.size() && (quoted || rest[at] != ' '); ++at) {
    if (rest[at] == '"') {
      quoted = !quoted;
    } else {
      word += rest[at];
    }
  }
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return word;
}

bool contains(std::string_view text, std::string_view lower) { return ascii_lower(text).find(lower) != std::string::npos; }

}  // namespace

Search Search::parse(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Field>, 5> kFields{{{"from:", Field::kFrom},
                                                                       {"to:", Field::kTo},
                                                                       {"subject:", Field::kSubject},
                                                                       {"is:", Field::kState},
                                                                       {"has:attachment", Field::kAttachment}}};
  Search search;
  while (!text.empty() && search.terms_.size() < kTermsMax) {
    Term term;
    term.text = ascii_lower(take_word(text));
    if (term.text.size() > 1 && term.text.front() == '-') {
      term.wanted = false;
      term.text.erase(0, 1);
    }
    for (const auto& [prefix, field] : kFields) {
      if (term.field != Field::kAny || !term.text.starts_with(prefix)) continue;
      term.field = field;
      term.text.erase(0, prefix.size());
    }
    if (!term.text.empty() || term.field == Field::kAttachment) search.terms_.push_back(std::move(term));
  }
  return search;
}

bool Search::holds(const Term& term, const Summary& summary, const std::vector<RecipientState>& states) {
  const auto to = [&] {
    return contains(summary.to, term.text) ||
           std::ranges::any_of(states, [&](const RecipientState& one) { return contains(one.address, term.text); });
  };
  switch (term.field) {
    case Field::kFrom: return contains(summary.from, term.text);
    case Field::kTo: return to();
    case Field::kSubject: return contains(summary.subject, term.text);
    case Field::kState:
      return std::ranges::any_of(states, [&](const RecipientState& one) { return one.state == term.text; });
    case Field::kAttachment: return summary.attachments > 0;
    case Field::kAny: break;
  }
  return contains(summary.from, term.text) || contains(summary.subject, term.text) || to() ||
         summary.searched.find(term.text) != std::string::npos || contains(summary.message_id, term.text);
}

bool Search::matches(const Summary& summary, const std::vector<RecipientState>& states) const {
  return std::ranges::all_of(terms_, [&](const Term& term) { return holds(term, summary, states) == term.wanted; });
}

}  // namespace postroad::ingress::http::inbox
