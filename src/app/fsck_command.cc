#include <fmt/format.h>

#include "app/cli.h"
#include "app/commands.h"
#include "base/json_writer.h"
#include "spool/spool_repository.h"
#include "storage/fsck.h"
#include "storage/real_disk.h"

namespace postroad::app {
namespace {

void print_json(const storage::FsckReport& report) {
  JsonWriter json;
  json.begin_object().field("clean", report.clean()).field("rows", static_cast<std::int64_t>(report.rows));
  json.field("records", static_cast<std::int64_t>(report.records));
  json.field("segments", static_cast<std::int64_t>(report.segments)).key("database_problems").begin_array();
  for (const std::string& problem : report.database_problems) json.string(problem);
  json.end_array().key("quarantined").begin_array();
  for (const auto& bad : report.bad_bytes) {
    json.begin_object().field("segment", static_cast<std::int64_t>(bad.segment));
    json.field("offset", static_cast<std::int64_t>(bad.offset)).field("bytes", static_cast<std::int64_t>(bad.bytes));
    json.field("why", bad.why).field("copy", bad.copy).end_object();
  }
  json.end_array().key("messages_without_content").begin_array();
  for (const auto& bad : report.bad_rows) {
    json.begin_object().field("id", bad.id).field("why", bad.why).end_object();
  }
  json.end_array().end_object();
  fmt::print("{}\n", json.text());
}

void print_text(const storage::FsckReport& report) {
  fmt::print("{} segments, {} records verified, {} messages\n", report.segments, report.records, report.rows);
  for (const std::string& problem : report.database_problems) fmt::print("database: {}\n", problem);
  for (const auto& bad : report.bad_bytes) {
    fmt::print("segment {} at {}: {} bytes: {}; copied to {}\n", bad.segment, bad.offset, bad.bytes, bad.why, bad.copy);
  }
  for (const auto& bad : report.bad_rows) {
    fmt::print("message {}: {}: it is held, not delivered and not deleted\n", bad.id, bad.why);
  }
  fmt::print("{}\n", report.clean() ? "clean" : "NOT CLEAN: nothing was deleted; restore what you can from a backup");
}

}  // namespace

int fsck_command(const FsckArguments& arguments) {
  const Result<Settings> settings = load_settings(arguments.store.config);
  if (!settings) return refuse_settings(settings.error());
  const std::string data_dir = arguments.store.data_dir.empty() ? settings->text("server.data_dir") : arguments.store.data_dir;
  storage::RealDisk disk;
  SystemClock clock;
  SystemRandom random;
  const Result<storage::FsckReport> report = storage::fsck(disk, clock, random, data_dir, spool::sql::kLocations);
  if (!report) {
    print_error(report.error().detail);
    if (report.error().code == ErrorCode::kConflict) print_hint("stop the server first");
    return report.error().code == ErrorCode::kNotFound ? kExitNotFound : kExitFailed;
  }
  if (arguments.json) {
    print_json(*report);
  } else {
    print_text(*report);
  }
  return report->clean() ? kExitDone : kExitFailed;
}

}  // namespace postroad::app
