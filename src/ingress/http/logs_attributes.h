#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/filter.h"
#include "search/event_fields.h"

namespace postroad::ingress::http {

/// An attribute that POST /v1/analytics/logs can filter by.
struct LogsAttribute {
  std::string_view name;
  /// Where the value stands in an event; empty: it is no part of the body, or several places.
  std::vector<std::string_view> path;
  /// The same for the filters of the v3 log, by which it is also indexed.
  std::optional<events::FilterField> field;
};
/// Null: there is none of this name.
const LogsAttribute* logs_attribute(std::string_view name);
/// The values of the event at hand, as they are shown; of `domain`, none: it is not in the body.
std::vector<std::string> values_of(const LogsAttribute& attribute, search::EventFields& event);

/// What a metric counts: an event, and what must stand in it.
struct LogsMetric {
  std::string_view name;  ///< Without "_count".
  std::string_view event;
  struct Part {
    std::vector<std::string_view> path;
    std::string_view value;
  };
  std::vector<Part> parts;
};
/// Null: there is none of this name. "_count" at its end does not matter.
const LogsMetric* logs_metric(std::string_view name);
bool counts(const LogsMetric& metric, search::EventFields& event);

/// Names that `events` may have; some are of events that nothing writes yet.
bool is_logs_event(std::string_view name);

}  // namespace postroad::ingress::http
