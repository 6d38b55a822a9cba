// What an index is asked for, and what it files: both sides of one agreement.
#include <algorithm>
#include <functional>

#include "base/text.h"
#include "events/filter.h"
#include "events/filter_matching.h"
#include "events/words.h"

namespace postroad::events {
namespace {

using Needs = std::vector<AnyOf>;

bool is_address(std::string_view text) {
  return text.find('@') != std::string_view::npos && std::ranges::all_of(text, is_address_character);
}

/// `words` as words_of gives them.
template <class Take>
void each_word(std::string_view words, Take take) {
  for (const std::string_view word : split(words, ' ')) {
    if (!word.empty()) take(word);
  }
}

/// Calls `take` with each run of address characters that has an '@'.
template <class Take>
void each_address(std::string_view text, Take take) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    while (at < text.size() && is_address_character(text[at])) ++at;
    const std::string_view run = text.substr(begin, at - begin);
    if (run.find('@') != std::string_view::npos) take(run);
    if (at == begin) ++at;
  }
}

Needs needs_of(const FilterTerm& term, FilterField field) {
  const Matching matching = matching_of(field);
  if (matching == Matching::kNumber) return {};
  if (matching == Matching::kWhole) return {{{field, term.text}}};
  if (field == FilterField::kAttachment && (term.text == "yes" || term.text == "no")) return {};
  // An address that begins with '@' may have anything before it: its words are all there is to ask for.
  if (matching == Matching::kAddress && is_address(term.text) && term.text.front() != '@') return {{{field, term.text}}};
  Needs needs;
  each_word(term.words, [&](std::string_view word) { needs.push_back({{field, std::string(word)}}); });
  return needs;
}

/// Either side's own: one need of each, joined.
Needs either(const Needs& left, const Needs& right) {
  if (left.empty() || right.empty()) return {};
  AnyOf both = *std::ranges::min_element(left, {}, &AnyOf::size);
  const AnyOf& other = *std::ranges::min_element(right, {}, &AnyOf::size);
  both.insert(both.end(), other.begin(), other.end());
  return {std::move(both)};
}

}  // namespace

void append_index_texts(FilterField field, std::string_view value, std::vector<std::string>& texts) {
  const Matching matching = matching_of(field);
  if (matching == Matching::kNumber) return;
  const std::string text = folded(value);
  if (matching == Matching::kWhole) {
    texts.push_back(text);
    return;
  }
  if (matching == Matching::kAddress) each_address(text, [&](std::string_view address) { texts.emplace_back(address); });
  each_word(words_of(text), [&](std::string_view word) { texts.emplace_back(word); });
}

std::vector<AnyOf> FilterExpression::needs() const {
  std::vector<Needs> stack;
  std::size_t next_term = 0;
  for (const Step step : steps_) {
    if (step == Step::kTerm) {
      stack.push_back(needs_of(terms_[next_term++], field_));
    } else if (step == Step::kNot) {
      stack.back().clear();
    } else {
      const Needs right = std::move(stack.back());
      stack.pop_back();
      Needs& left = stack.back();
      if (step == Step::kOr) {
        left = either(left, right);
      } else {
        left.insert(left.end(), right.begin(), right.end());
      }
    }
  }
  return std::move(stack.back());
}

}  // namespace postroad::events
