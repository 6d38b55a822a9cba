#pragma once
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/filter.h"

namespace postroad::search {

/// The body of an event (contract/events.md §2), read once, and its values for filters. Reused from event to event.
class EventFields final : public events::FieldValues {
 public:
  /// The next event; `body` must stay until it is done with. Read when a field is asked for; all are empty when it is no JSON.
  void set(std::string_view body);
  std::span<const std::string> values(events::FilterField field) override;

  /// The object at these names, one below the other, or the text there; null and empty when there is none.
  const boost::json::value* find(std::initializer_list<std::string_view> path);
  std::string_view text(std::initializer_list<std::string_view> path);

 private:
  void add_text(std::initializer_list<std::string_view> path);
  void add_each(std::initializer_list<std::string_view> path, std::string_view member);
  void add_user_variables();

  static constexpr std::size_t kBufferBytes = 16 * 1024;
  alignas(16) std::array<unsigned char, kBufferBytes> buffer_;
  std::optional<boost::json::monotonic_resource> memory_;
  std::string_view text_;
  std::optional<boost::json::value> body_;  ///< In `memory_`; once it has been read.
  std::vector<std::string> values_;
};

}  // namespace postroad::search
