#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "account/directory.h"
#include "search/condition.h"

namespace postroad::ingress::http {

/// What POST /v1/analytics/logs looks for (contract/events.md §3): events of some kinds, and of them those for which every
/// clause holds. Comparisons ignore letter case.
class LogsCondition final : public search::Condition {
 public:
  static constexpr std::size_t kClausesMax = 50;
  static constexpr std::size_t kValuesMax = 100;  ///< Of one clause.

  explicit LogsCondition(account::DirectoryPtr directory) : directory_(std::move(directory)) {}

  /// One kind of event more: a name of the v3 log. kInvalidArgument: there is none of this name.
  Result<void> add_event(std::string_view name);
  /// The same of what a metric counts, "hard_bounces" or "hard_bounces_count".
  Result<void> add_metric(std::string_view name);
  /// {"AND": [{"attribute", "comparator", "values": [{"value"}]}]}; nothing and {} ask for nothing.
  Result<void> add_filter(const boost::json::value& filter);

  std::vector<search::AnyKey> needs() const override;
  bool needs_are_all() const override { return metrics_.empty() && clauses_.empty(); }
  bool matches(search::EventFields& event, const search::EventRow& row) const override;

 private:
  enum class Comparator : std::uint8_t { kEquals, kDiffers, kContains, kContainsNot, kStartsWith };
  struct Clause {
    const struct LogsAttribute* attribute = nullptr;
    Comparator comparator{};
    std::vector<std::string> values;  ///< Folded; one of them is enough, or for kDiffers and kContainsNot none must be there.
  };
  Result<void> add_clause(const boost::json::value& clause);
  bool holds(const Clause& clause, search::EventFields& event, const search::EventRow& row) const;
  search::AnyKey key_of_clause(const Clause& clause) const;

  account::DirectoryPtr directory_;
  std::vector<std::string> events_;
  std::vector<const struct LogsMetric*> metrics_;
  std::vector<Clause> clauses_;
};

}  // namespace postroad::ingress::http
