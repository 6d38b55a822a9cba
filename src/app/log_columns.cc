// What `log --columns` may name, and where it comes from.
#include "app/log_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/output.h"
#include "app/remote.h"

namespace postroad::app {
namespace {

namespace json = boost::json;

struct Column {
  std::string_view name;
  std::string (*text)(const LogEntry&);
};

std::string of_status(const LogEntry& entry, std::string_view key) {
  const json::object* const status = object_at(entry.event, "delivery-status");
  return status == nullptr ? std::string() : text_at(*status, key);
}

std::string of_envelope(const LogEntry& entry, std::string_view key) {
  const json::object* const envelope = object_at(entry.event, "envelope");
  return envelope == nullptr ? std::string() : text_at(*envelope, key);
}

constexpr Column kColumns[] = {
    {"time", [](const LogEntry& one) { return time_text(one.time()); }},
    {"event", [](const LogEntry& one) { return one.type; }},
    {"to", [](const LogEntry& one) { return text_at(one.event, "recipient"); }},
    {"from", [](const LogEntry& one) { return of_envelope(one, "sender"); }},
    {"subject", [](const LogEntry& one) { return one.subject(); }},
    {"id", [](const LogEntry& one) { return one.message_id(); }},
    {"severity", [](const LogEntry& one) { return text_at(one.event, "severity"); }},
    {"reason", [](const LogEntry& one) { return text_at(one.event, "reason"); }},
    {"code", [](const LogEntry& one) { return of_status(one, "code"); }},
    {"enhanced", [](const LogEntry& one) { return of_status(one, "enhanced-code"); }},
    {"answer", [](const LogEntry& one) { return of_status(one, "message"); }},
    {"mx", [](const LogEntry& one) { return of_status(one, "mx-host"); }},
    {"attempt", [](const LogEntry& one) { return of_status(one, "attempt-no"); }},
    {"ip", [](const LogEntry& one) { return of_envelope(one, "sending-ip"); }},
    {"tags", [](const LogEntry& one) { return text_at(one.event, "tags"); }},
};

}  // namespace

std::string columns_text(const LogEntry& entry, const std::vector<std::string>& columns) {
  std::string line;
  for (const std::string& name : columns) {
    std::string text = std::ranges::find(kColumns, name, &Column::name)->text(entry);
    for (char& c : text) {
      if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    }
    line += (line.empty() ? "" : "\t") + text;
  }
  return line;
}

std::vector<std::string_view> column_names() {
  std::vector<std::string_view> names;
  for (const Column& column : kColumns) names.push_back(column.name);
  return names;
}

bool knows_columns(const std::vector<std::string>& columns) {
  for (const std::string& name : columns) {
    if (std::ranges::find(kColumns, name, &Column::name) != std::end(kColumns)) continue;
    print_error(fmt::format("--columns: there is no {}", name));
    print_hint(fmt::format("{}", fmt::join(column_names(), ", ")));
    print_docs("docs/operating/cli.md");
    return false;
  }
  return true;
}

}  // namespace postroad::app
