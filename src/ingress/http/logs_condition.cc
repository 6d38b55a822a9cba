#include "ingress/http/logs_condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "events/words.h"
#include "ingress/http/logs_attributes.h"

namespace postroad::ingress::http {
namespace {

std::unexpected<Error> refuse(std::string text) { return fail_permanent(ErrorCode::kInvalidArgument, std::move(text)); }

std::string_view text_at(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

/// A text, a number or a truth value as text.
std::optional<std::string> scalar(const boost::json::value* value) {
  if (value == nullptr || value->is_null() || value->is_object() || value->is_array()) return std::nullopt;
  return value->is_string() ? std::string(value->get_string()) : boost::json::serialize(*value);
}

std::string comparable(const LogsAttribute& attribute, std::string_view value) {
  std::string text = events::folded(value);
  if (attribute.field != events::FilterField::kMessageId) return text;
  if (text.starts_with('<')) text.erase(0, 1);
  if (text.ends_with('>')) text.pop_back();
  return text;
}

}  // namespace

Result<void> LogsCondition::add_event(std::string_view name) {
  if (!is_logs_event(name)) return refuse(fmt::format("events: '{}' is no event", name));
  events_.emplace_back(name);
  return {};
}

Result<void> LogsCondition::add_metric(std::string_view name) {
  const LogsMetric* const metric = logs_metric(name);
  if (metric == nullptr) return refuse(fmt::format("metric_events: '{}' is no metric", name));
  metrics_.push_back(metric);
  return {};
}

Result<void> LogsCondition::add_filter(const boost::json::value& filter) {
  if (!filter.is_object()) return refuse("filter is no object");
  for (const auto& [name, clauses] : filter.get_object()) {
    if (std::string_view(name) != "AND") return refuse("filter takes AND only");
    if (clauses.is_null()) continue;
    if (!clauses.is_array()) return refuse("filter.AND is no list");
    for (const boost::json::value& clause : clauses.get_array()) RETURN_IF_ERROR(add_clause(clause));
  }
  return {};
}

Result<void> LogsCondition::add_clause(const boost::json::value& clause) {
  if (!clause.is_object() || clauses_.size() == kClausesMax) return refuse(fmt::format("filter.AND takes up to {} objects", kClausesMax));
  const boost::json::object& object = clause.get_object();
  Clause made;
  made.attribute = logs_attribute(text_at(object, "attribute"));
  if (made.attribute == nullptr) return refuse(fmt::format("filter: '{}' is no attribute", text_at(object, "attribute")));
  const std::string_view comparator = text_at(object, "comparator");
  constexpr std::pair<std::string_view, Comparator> kComparators[] = {{"=", Comparator::kEquals},
                                                                      {"!=", Comparator::kDiffers},
                                                                      {"contains", Comparator::kContains},
                                                                      {"not contains", Comparator::kContainsNot},
                                                                      {"starts with", Comparator::kStartsWith}};
  const auto* known = std::ranges::find(kComparators, comparator, &std::pair<std::string_view, Comparator>::first);
  if (known == std::end(kComparators)) return refuse(fmt::format("filter: '{}' is no comparator", comparator));
  made.comparator = known->second;
  const boost::json::value* values = object.if_contains("values");
  if (values == nullptr || !values->is_array() || values->get_array().empty() || values->get_array().size() > kValuesMax) {
    return refuse(fmt::format("filter: {} needs 1 to {} values", made.attribute->name, kValuesMax));
  }
  for (const boost::json::value& value : values->get_array()) {
    const std::optional<std::string> text = scalar(value.is_object() ? value.get_object().if_contains("value") : &value);
    if (!text) return refuse(fmt::format("filter: a value of {} is missing", made.attribute->name));
    made.values.push_back(comparable(*made.attribute, *text));
  }
  clauses_.push_back(std::move(made));
  return {};
}

std::vector<search::AnyKey> LogsCondition::needs() const {
  std::vector<search::AnyKey> needs;
  search::AnyKey kinds;
  for (const std::string& event : events_) kinds.push_back(search::key_of(events::FilterField::kEvent, event));
  for (const LogsMetric* metric : metrics_) kinds.push_back(search::key_of(events::FilterField::kEvent, metric->event));
  if (!kinds.empty()) needs.push_back(std::move(kinds));
  for (const Clause& clause : clauses_) {
    search::AnyKey keys = key_of_clause(clause);
    if (!keys.empty()) needs.push_back(std::move(keys));
  }
  return needs;
}

/// What equals a value has all its words, too: the longest of them is asked for. Empty: an index cannot help.
search::AnyKey LogsCondition::key_of_clause(const Clause& clause) const {
  if (clause.comparator != Comparator::kEquals) return {};
  search::AnyKey keys;
  for (const std::string& value : clause.values) {
    if (clause.attribute->name == "domain") {
      const account::DomainPtr domain = directory_->domain(value);
      if (domain != nullptr) keys.push_back(search::key_of(domain->id));
      continue;
    }
    std::vector<std::string> texts;
    if (clause.attribute->field) events::append_index_texts(*clause.attribute->field, value, texts);
    if (texts.empty()) return {};
    keys.push_back(search::key_of(*clause.attribute->field, *std::ranges::max_element(texts, {}, &std::string::size)));
  }
  keys.push_back(search::kOverflow);
  return keys;
}

bool LogsCondition::matches(search::EventFields& event, const search::EventRow& row) const {
  if (!events_.empty() || !metrics_.empty()) {
    const std::string kind(event.text({"event"}));
    const bool wanted = std::ranges::find(events_, kind) != events_.end() ||
                        std::ranges::any_of(metrics_, [&](const LogsMetric* metric) { return counts(*metric, event); });
    if (!wanted) return false;
  }
  return std::ranges::all_of(clauses_, [&](const Clause& clause) { return holds(clause, event, row); });
}

bool LogsCondition::holds(const Clause& clause, search::EventFields& event, const search::EventRow& row) const {
  std::vector<std::string> there = values_of(*clause.attribute, event);
  if (clause.attribute->name == "domain") {
    const account::DomainPtr domain = directory_->domain(row.domain);
    if (domain != nullptr) there.push_back(domain->name);
  }
  const auto one_is = [&](auto compare) {
    return std::ranges::any_of(there, [&](const std::string& raw) {
      const std::string text = comparable(*clause.attribute, raw);
      return std::ranges::any_of(clause.values, [&](const std::string& value) { return compare(text, value); });
    });
  };
  const auto contains = [](const std::string& text, const std::string& value) { return text.find(value) != std::string::npos; };
  switch (clause.comparator) {
    case Comparator::kEquals: return one_is(std::equal_to<>());
    case Comparator::kDiffers: return !one_is(std::equal_to<>());
    case Comparator::kContains: return one_is(contains);
    case Comparator::kContainsNot: return !one_is(contains);
    case Comparator::kStartsWith: return one_is([](const std::string& text, const std::string& value) { return text.starts_with(value); });
  }
  return false;
}

}  // namespace postroad::ingress::http
