#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "events/filter_lexer.h"

namespace postroad::events {

/// What a filter looks at (contract/events.md §1.1).
enum class FilterField : std::uint8_t {
  kEvent, kList, kAttachment, kFrom, kTo, kSubject, kMessageId, kSize, kRecipient, kRecipients, kTags, kSeverity,
  kUserVariables, kCampaign,
};
/// Every name a query may use, aliases included.
struct FilterName {
  std::string_view name;
  FilterField field;
};
std::span<const FilterName> filter_names();

/// Where a filter finds an event's values.
class FieldValues {
 public:
  virtual ~FieldValues() = default;
  /// All values of the field, unfolded; user variables as "name value", sizes in decimal. Valid until the next call.
  virtual std::span<const std::string> values(FilterField field) = 0;
};

/// One term of an expression, ready to be looked for.
struct FilterTerm {
  enum class Bound : std::uint8_t { kEqual, kAbove, kAtLeast, kBelow, kAtMost };
  std::string text;   ///< Folded; of a message id, without angle brackets.
  std::string words;  ///< As words_of(text).
  Bound bound = Bound::kEqual;
  std::int64_t number = 0;
};

/// What an index can be asked for: the events of which `field` has this word, address or whole value, folded.
struct IndexText {
  FilterField field{};
  std::string text;
  friend bool operator==(const IndexText&, const IndexText&) = default;
};
/// Of these at least one.
using AnyOf = std::vector<IndexText>;

/// Adds the texts under which an index files a value of `field`, so that FilterExpression::needs() finds it there: the whole
/// value; of a text, its words; of an address field, the addresses in it, too. May repeat; nothing for sizes.
void append_index_texts(FilterField field, std::string_view value, std::vector<std::string>& texts);

/// A filter expression on one field (contract/events.md §1.2): NOT before AND before OR, neighbours are joined by AND,
/// parentheses group. How a term matches depends on the field, never on letter case:
///
///   event severity tags campaign           the whole value
///   subject attachment user-variables      the words of the term stand in the text, next to each other and in order
///   from to recipient recipients list      with an '@': the complete address ("@example.com": any address there);
///                                          without: words as above, so a domain or a name
///   message-id                             the whole id, with or without angle brackets
///   size                                   a number, or >n >=n <n <=n
///
/// A term of a text field that has no letter or digit is looked for as it is. `attachment=yes` and `no` ask for events with
/// and without attachments, beside files called so (contradictions C-16).
class FilterExpression {
 public:
  static constexpr std::size_t kTermsMax = 100;
  static constexpr std::size_t kDepthMax = 50;  ///< Of parentheses, and of NOTs and operators that wait for their right side.

  /// kInvalidArgument: a sentence that begins with the field's name. Pure, without recursion, linear in `text`.
  static Result<FilterExpression> parse(FilterField field, std::string_view text);

  FilterField field() const { return field_; }
  bool matches(std::span<const std::string> values) const;
  /// What every event that matches has, all of it; an event that has it may still not match. Empty when an index cannot help.
  std::vector<AnyOf> needs() const;

 private:
  friend class FilterParser;
  enum class Step : std::uint8_t { kTerm, kNot, kAnd, kOr };  ///< In postfix order; terms as they come in `terms_`.

  FilterField field_{};
  std::vector<FilterTerm> terms_;
  std::vector<Step> steps_;
};

/// The filters of one query; all must match.
class Filter {
 public:
  static constexpr std::size_t kExpressionsMax = 50;
  static constexpr std::size_t kBytesMax = 4000;  ///< Of all texts together: they travel in paging URLs.

  /// As FilterExpression::parse, for the parameter `name`, which is kept for `texts`.
  Result<void> add(const FilterName& name, std::string_view text);
  bool matches(FieldValues& event) const;
  bool empty() const { return expressions_.empty(); }
  std::span<const FilterExpression> expressions() const { return expressions_; }

  struct Text {
    std::string_view name;
    std::string text;
  };
  /// What was added, to be written into a token.
  const std::vector<Text>& texts() const { return texts_; }

 private:
  std::vector<FilterExpression> expressions_;
  std::vector<Text> texts_;
  std::size_t bytes_ = 0;
};

}  // namespace postroad::events
