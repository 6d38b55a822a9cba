#include "events/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/text.h"
#include "events/filter_matching.h"
#include "events/words.h"

namespace postroad::events {
namespace {

// The first name of a field is the one its errors use.
constexpr FilterName kNames[] = {
    {"event", FilterField::kEvent},           {"list", FilterField::kList},
    {"attachment", FilterField::kAttachment}, {"from", FilterField::kFrom},
    {"to", FilterField::kTo},                 {"subject", FilterField::kSubject},
    {"message-id", FilterField::kMessageId},  {"size", FilterField::kSize},
    {"recipient", FilterField::kRecipient},   {"recipients", FilterField::kRecipients},
    {"tags", FilterField::kTags},             {"tag", FilterField::kTags},
    {"severity", FilterField::kSeverity},     {"user-variables", FilterField::kUserVariables},
    {"campaign", FilterField::kCampaign},     {"campaigns", FilterField::kCampaign},
};

/// Whether `address` stands in `text`, both folded, and is not a part of a longer one. One that begins with '@' may have
/// anything before it.
bool contains_address(std::string_view text, std::string_view address) {
  const bool any_local_part = address.front() == '@';
  for (std::size_t at = text.find(address); at != std::string_view::npos; at = text.find(address, at + 1)) {
    const bool begins = any_local_part || at == 0 || !is_address_character(text[at - 1]);
    const std::size_t end = at + address.size();
    if (begins && (end == text.size() || !is_address_character(text[end]))) return true;
  }
  return false;
}

/// One value of a field in the shapes that terms are looked for in.
struct Value {
  std::string text;   ///< Folded.
  std::string words;  ///< Only for fields that match by words.
  std::int64_t number = 0;
};

std::vector<Value> prepared(std::span<const std::string> values, Matching matching) {
  std::vector<Value> all;
  all.reserve(values.size());
  for (const std::string& raw : values) {
    Value value{.text = folded(raw), .words = {}};
    if (matching == Matching::kWords || matching == Matching::kAddress) value.words = words_of(value.text);
    if (matching == Matching::kNumber) value.number = parse_int(raw).value_or(0);
    all.push_back(std::move(value));
  }
  return all;
}

bool is_in_bound(const FilterTerm& term, std::int64_t number) {
  switch (term.bound) {
    case FilterTerm::Bound::kEqual: return number == term.number;
    case FilterTerm::Bound::kAbove: return number > term.number;
    case FilterTerm::Bound::kAtLeast: return number >= term.number;
    case FilterTerm::Bound::kBelow: return number < term.number;
    case FilterTerm::Bound::kAtMost: return number <= term.number;
  }
  return false;
}

bool matches_one(const FilterTerm& term, const Value& value, Matching matching) {
  if (matching == Matching::kNumber) return is_in_bound(term, value.number);
  if (matching == Matching::kWhole) return value.text == term.text;
  if (matching == Matching::kAddress && term.text.find('@') != std::string::npos) return contains_address(value.text, term.text);
  if (term.words == " ") return value.text.find(term.text) != std::string::npos;
  return value.words.find(term.words) != std::string::npos;
}

bool matches_any(const FilterTerm& term, std::span<const Value> values, FilterField field, Matching matching) {
  if (field == FilterField::kAttachment && term.text == "yes" && !values.empty()) return true;
  if (field == FilterField::kAttachment && term.text == "no" && values.empty()) return true;
  return std::ranges::any_of(values, [&](const Value& value) { return matches_one(term, value, matching); });
}

}  // namespace

std::span<const FilterName> filter_names() { return kNames; }

Matching matching_of(FilterField field) {
  switch (field) {
    case FilterField::kSubject:
    case FilterField::kAttachment:
    case FilterField::kUserVariables: return Matching::kWords;
    case FilterField::kFrom:
    case FilterField::kTo:
    case FilterField::kRecipient:
    case FilterField::kRecipients:
    case FilterField::kList: return Matching::kAddress;
    case FilterField::kSize: return Matching::kNumber;
    default: return Matching::kWhole;
  }
}

bool is_address_character(char c) {
  const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
  return alphanumeric || std::string_view("!#$%&'*+-/=?^_`{|}~.@").find(c) != std::string_view::npos;
}

bool FilterExpression::matches(std::span<const std::string> values) const {
  const Matching matching = matching_of(field_);
  const std::vector<Value> all = prepared(values, matching);
  std::array<bool, kTermsMax> stack{};
  std::size_t depth = 0;
  std::size_t next_term = 0;
  for (const Step step : steps_) {
    if (step == Step::kTerm) {
      PR_ASSERT(depth < kTermsMax && next_term < terms_.size());
      stack[depth++] = matches_any(terms_[next_term++], all, field_, matching);
    } else if (step == Step::kNot) {
      stack[depth - 1] = !stack[depth - 1];
    } else {
      PR_ASSERT(depth >= 2);
      --depth;
      stack[depth - 1] = step == Step::kAnd ? stack[depth - 1] && stack[depth] : stack[depth - 1] || stack[depth];
    }
  }
  PR_ASSERT(depth == 1);
  return stack[0];
}

Result<void> Filter::add(const FilterName& name, std::string_view text) {
  bytes_ += text.size();
  if (bytes_ > kBytesMax || expressions_.size() == kExpressionsMax) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("filters are longer than {} bytes together", kBytesMax));
  }
  ASSIGN_OR_RETURN(FilterExpression expression, FilterExpression::parse(name.field, text));
  expressions_.push_back(std::move(expression));
  texts_.push_back({name.name, std::string(text)});
  return {};
}

bool Filter::matches(FieldValues& event) const {
  return std::ranges::all_of(expressions_, [&](const FilterExpression& expression) {
    return expression.matches(event.values(expression.field()));
  });
}

}  // namespace postroad::events
