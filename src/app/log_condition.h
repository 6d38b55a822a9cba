#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "search/condition.h"

namespace postroad::app {

/// What a person asks of the log: terms, all of which an event must have. Letter case never counts.
///
///   to: from: subject: tag: msgid: event:   as the events API compares this field (events/filter.h): addresses and words whole
///   after: before:                          a date, seconds since 1970, or an age as 2h; `after` is inclusive
///   anything else                           in one of recipient, to, from, subject, message id, tags, event, severity, user variables
///
/// One term is one text: of several words, they stand next to each other. A term without a text asks for nothing.
class LogCondition final : public search::Condition {
 public:
  static constexpr std::size_t kTermsMax = 50;

  /// `now` is what ages count from. kInvalidArgument: a sentence for the operator.
  static Result<LogCondition> parse(std::span<const std::string> terms, WallTime now);

  std::vector<search::AnyKey> needs() const override;
  bool needs_are_all() const override { return terms_.empty(); }
  bool matches(search::EventFields& event, const search::EventRow& row) const override;

  std::int64_t begin() const { return begin_; }  ///< Wall microseconds, inclusive.
  std::int64_t end() const { return end_; }      ///< … inclusive.
  bool empty() const { return terms_.empty(); }
  /// Narrows to what is not older.
  void since(WallTime time) { begin_ = std::max(begin_, time.time_since_epoch().count()); }

  /// The part that the events API understands too, as its parameters: name and text.
  struct Parameter {
    std::string_view name;
    std::string text;
  };
  const std::vector<Parameter>& parameters() const { return parameters_; }

 private:
  /// One of these must match.
  using Term = std::vector<events::FilterExpression>;
  Result<void> add(std::string_view term, WallTime now);

  std::vector<Term> terms_;
  std::vector<Parameter> parameters_;
  std::int64_t begin_ = 0;
  std::int64_t end_ = INT64_MAX;
};

}  // namespace postroad::app
