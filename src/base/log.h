#pragma once
#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace postroad::log {

enum class Level : int { kDebug, kInfo, kWarn, kError };
enum class Format : int { kText, kJson };

/// One `key=value` of a line.
struct Field {
  std::string_view key;
  std::string value;
  template <class T>
  Field(std::string_view k, const T& v) : key(k), value(fmt::format("{}", v)) {}
};

/// Before the first line; text to standard error unless told otherwise.
void configure(Format format, Level least);
bool enabled(Level level);

/// One line per fact. `event` is a closed word (the same as the journal's where there is one), never built from
/// input. Values are escaped so that a line stays a line. Asynchronous-signal safety is not promised.
void write(Level level, std::string_view event, std::initializer_list<Field> fields);

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
  if (enabled(Level::kDebug)) write(Level::kDebug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::kInfo, event, fields); }
inline void warn(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::kWarn, event, fields); }
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::kError, event, fields); }

}  // namespace postroad::log
