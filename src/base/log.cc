#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <memory>

namespace postroad::log {
namespace {

std::atomic<Level> least_level{Level::kInfo};
std::atomic<Format> line_format{Format::kText};

spdlog::logger& sink() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("postroad", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    return made;
  }();
  return *logger;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kDebug: return "debug";
    case Level::kInfo: return "info";
    case Level::kWarn: return "warn";
    case Level::kError: return "error";
  }
  return "error";
}

void append_escaped(fmt::memory_buffer& out, std::string_view value) {
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(fmt::appender(out), "\\u{:04x}", byte);
    } else {
      out.push_back(c);
    }
  }
}

bool needs_quotes(std::string_view value) {
  return value.empty() || value.find_first_of(" \"\\=\t\r\n") != std::string_view::npos;
}

}  // namespace

void configure(Format format, Level least) {
  line_format = format;
  least_level = least;
}

bool enabled(Level level) { return level >= least_level.load(std::memory_order_relaxed); }

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &parts);
  const auto milliseconds = now.time_since_epoch().count() % 1000;

  fmt::memory_buffer line;
  if (line_format == Format::kJson) {
    fmt::format_to(fmt::appender(line), R"({{"ts":"{}.{:03}Z","level":"{}","event":"{}")", stamp, milliseconds,
                   name_of(level), event);
    for (const Field& field : fields) {
      fmt::format_to(fmt::appender(line), R"(,"{}":")", field.key);
      append_escaped(line, field.value);
      line.push_back('"');
    }
    line.push_back('}');
  } else {
    fmt::format_to(fmt::appender(line), "{}.{:03}Z {:5} {}", stamp, milliseconds, name_of(level), event);
    for (const Field& field : fields) {
      fmt::format_to(fmt::appender(line), " {}=", field.key);
      const bool quoted = needs_quotes(field.value);
      if (quoted) line.push_back('"');
      append_escaped(line, field.value);
      if (quoted) line.push_back('"');
    }
  }
  sink().log(spdlog::level::info, std::string_view(line.data(), line.size()));
  if (level >= Level::kWarn) sink().flush();
}

}  // namespace postroad::log
