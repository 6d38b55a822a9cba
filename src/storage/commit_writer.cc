#include "storage/commit_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "base/log.h"
#include "storage/sqlite_schema.h"

namespace postroad::storage {
namespace {

constexpr Statement kBegin{"storage.begin", "BEGIN IMMEDIATE"};
constexpr Statement kCommit{"storage.commit", "COMMIT"};
constexpr Statement kRollback{"storage.rollback", "ROLLBACK"};
constexpr Statement kSavepoint{"storage.savepoint", "SAVEPOINT unit"};
constexpr Statement kRelease{"storage.release", "RELEASE unit"};
constexpr Statement kRollbackToSavepoint{"storage.rollback_to", "ROLLBACK TO unit"};

bool holds(Expectation::Rows expected, std::int64_t rows) {
  switch (expected) {
    case Expectation::Rows::kAny: return true;
    case Expectation::Rows::kExactlyOne: return rows == 1;
    case Expectation::Rows::kAtLeastOne: return rows >= 1;
    case Expectation::Rows::kNone: return rows == 0;
  }
  return false;
}

/// A unit whose only expectation is on its first step is refused, nearly always, before it has changed anything.
bool may_fail_half_way(const Unit& unit) {
  for (std::size_t i = 1; i < unit.steps().size(); ++i) {
    if (unit.steps()[i].expected.rows != Expectation::Rows::kAny) return true;
  }
  return false;
}

/// Failures of the machine, not of the unit: the transaction cannot go on.
bool ends_the_group(ErrorCode code) {
  return code == ErrorCode::kDiskFull || code == ErrorCode::kDiskFailed || code == ErrorCode::kCorrupt ||
         code == ErrorCode::kTimeout;
}

std::int64_t microseconds(WallTime time) { return time.time_since_epoch().count(); }

}  // namespace

void CommitWriter::commit_group() {
  Result<void> outcome;
  const MonoTime begun = clock_.mono();
  if (health_.poisoned()) {
    outcome = std::unexpected(health_.poison_error());
  } else {
    outcome = place_contents();
    if (outcome) {
      const bool has_content = !locations_.empty();
      if (has_content) sync_.start();
      outcome = write_rows();
    }
    // Whatever became of the rows, the sync must have ended before the next append.
    if (Result<void> synced = sync_.wait(); outcome && !synced) outcome = synced;
    if (outcome && health_.poisoned()) outcome = std::unexpected(health_.poison_error());
  }
  if (!outcome) note_failure(outcome.error());
  // Whoever meets the failure first is told what all later ones are told: not here, not now; another time perhaps.
  if (!outcome && health_.poisoned()) outcome = std::unexpected(health_.poison_error());
  group_took_ = clock_.mono() - begun;
  end_group(outcome);
}

/// Contents of the group to their places. A full disk refuses only the units that bring content.
Result<void> CommitWriter::place_contents() {
  contents_.clear();
  for (PendingCommit* pending : group_) {
    pending->first_location = contents_.size();
    if (pending->stored_bytes > log_.group_bytes_max()) {
      pending->refused = true;
      pending->outcome = fail_permanent(ErrorCode::kTooLarge, fmt::format("content of {} bytes: at most {}",
                                                                          pending->stored_bytes, log_.group_bytes_max()));
      continue;
    }
    for (const std::string& content : pending->unit.contents()) contents_.push_back(content);
    pending->location_count = pending->unit.contents().size();
  }
  locations_.assign(contents_.size(), 0);
  if (contents_.empty()) return {};
  Result<void> placed = log_.append(contents_, locations_);
  if (placed) return {};
  locations_.clear();
  if (placed.error().code != ErrorCode::kDiskFull) return placed;
  note_failure(placed.error());
  for (PendingCommit* pending : group_) {
    if (pending->unit.contents().empty() || pending->refused) continue;
    pending->refused = true;
    pending->outcome = std::unexpected(placed.error());
  }
  return {};
}

/// The rows of the group in one transaction, durable when this returns well.
Result<void> CommitWriter::write_rows() {
  const auto attempt = [this](bool savepoints_for_all) -> Result<bool> {
    RETURN_IF_ERROR(connection_.run(kBegin, {}, {}, nullptr));
    ASSIGN_OR_RETURN(const bool finished, run_units(savepoints_for_all));
    if (!finished) return false;
    RETURN_IF_ERROR(record_progress());
    if (health_.poisoned()) return std::unexpected(health_.poison_error());
    RETURN_IF_ERROR(connection_.run(kCommit, {}, {}, nullptr));
    return true;
  };
  Result<bool> finished = attempt(false);
  if (finished && !*finished) {
    roll_back();
    finished = attempt(true);
    PR_ASSERT(!finished || *finished);
  }
  if (finished) return {};
  roll_back();
  return std::unexpected(std::move(finished).error());
}

/// False when a unit failed half-way without a savepoint: the transaction must be run again with one for each.
Result<bool> CommitWriter::run_units(bool savepoints_for_all) {
  last_time_ = std::max(last_time_, microseconds(clock_.wall()) - 1);
  for (PendingCommit* pending : group_) {
    if (pending->barrier || pending->refused) continue;
    Error why{ErrorCode::kConflict, Permanence::kPermanent, {}};
    switch (run_unit(*pending, savepoints_for_all || may_fail_half_way(pending->unit), why)) {
      case UnitEnd::kDone: break;
      case UnitEnd::kRefusedHalfWay: return false;
      case UnitEnd::kGroupFailed: return std::unexpected(std::move(why));
      case UnitEnd::kRefused:
        pending->refused = true;
        pending->outcome = std::unexpected(std::move(why));
        break;
    }
  }
  return true;
}

CommitWriter::UnitEnd CommitWriter::run_unit(PendingCommit& pending, bool savepoint, Error& why) {
  const std::int64_t time = ++last_time_;
  const BoundMeanings meanings{time, locations_.data() + pending.first_location, pending.location_count};
  const sqlite3_int64 changes_before = sqlite3_total_changes64(connection_.handle());
  Result<void> outcome;
  if (savepoint) {
    const auto begun = connection_.run(kSavepoint, {}, {}, nullptr);
    if (!begun) outcome = std::unexpected(begun.error());
  }
  for (const Unit::Step& step : pending.unit.steps()) {
    if (!outcome) break;
    outcome = run_step(step, meanings);
  }
  if (outcome && savepoint) {
    const auto released = connection_.run(kRelease, {}, {}, nullptr);
    if (!released) outcome = std::unexpected(released.error());
  }
  if (outcome) {
    pending.outcome = WallTime{std::chrono::microseconds{time}};
    return UnitEnd::kDone;
  }
  why = std::move(outcome).error();
  // SQLite ends the transaction by itself after some failures; then there is nothing left to go on with.
  if (ends_the_group(why.code) || sqlite3_get_autocommit(connection_.handle()) != 0) return UnitEnd::kGroupFailed;
  if (!savepoint) {
    const bool unchanged = sqlite3_total_changes64(connection_.handle()) == changes_before;
    return unchanged ? UnitEnd::kRefused : UnitEnd::kRefusedHalfWay;
  }
  for (const Statement* undo : {&kRollbackToSavepoint, &kRelease}) {
    if (auto undone = connection_.run(*undo, {}, {}, nullptr); !undone) {
      why = std::move(undone).error();
      return UnitEnd::kGroupFailed;
    }
  }
  return UnitEnd::kRefused;
}

Result<void> CommitWriter::run_step(const Unit::Step& step, const BoundMeanings& meanings) {
  const Result<std::int64_t> rows = connection_.run(*step.statement, step.values, meanings, nullptr);
  if (rows && holds(step.expected.rows, *rows)) return {};
  Error why = step.expected.otherwise;
  if (rows) {
    if (why.detail.empty()) why.detail = fmt::format("{}: {} rows", step.statement->name, *rows);
    return std::unexpected(std::move(why));
  }
  if (rows.error().code != ErrorCode::kConflict) {
    if (rows.error().code == ErrorCode::kInvalidArgument) {
      log::error("storage.statement_wrong", {{"detail", rows.error().detail}});
    }
    return std::unexpected(rows.error());
  }
  if (why.detail.empty()) why.detail = rows.error().detail;
  return std::unexpected(std::move(why));
}

Result<void> CommitWriter::record_progress() {
  if (locations_.empty()) log_.settle();
  return write_progress(connection_, {last_time_, log_.cursor()});
}

void CommitWriter::end_group(const Result<void>& outcome) {
  if (outcome && health_.set_full(health_.full() && locations_.empty())) log::info("storage.room_again");
  for (PendingCommit* pending : group_) answer(*pending, outcome);
  resumes_.post(echoes_);
  group_.clear();
  if (outcome) checkpoint();
}

void CommitWriter::answer(PendingCommit& pending, const Result<void>& outcome) {
  if (!outcome && !pending.refused && !pending.barrier) {
    pending.refused = true;
    pending.outcome = std::unexpected(outcome.error());
  }
  if (pending.refused) {
    const std::size_t count = locations_.empty() ? 0 : pending.location_count;
    for (std::size_t i = 0; i < count; ++i) log_.release(locations_[pending.first_location + i]);
  } else {
    for (const std::int64_t location : pending.unit.released()) log_.release(location);
    const std::span<const std::int64_t> locations(locations_.data() + pending.first_location, pending.location_count);
    for (const auto& hook : pending.unit.hooks()) hook(*pending.outcome, locations);
  }
  resumes_.add(pending);
}

/// What a failure of the machine means for the store as a whole.
void CommitWriter::note_failure(const Error& error) {
  if (error.code == ErrorCode::kDiskFull) {
    if (health_.set_full(true)) log::warn("storage.disk_full", {{"detail", error.detail}});
  } else if (error.code != ErrorCode::kTimeout && error.code != ErrorCode::kInvalidArgument) {
    health_.poison(error);
  }
}

void CommitWriter::roll_back() {
  if (sqlite3_get_autocommit(connection_.handle()) != 0) return;
  if (auto undone = connection_.run(kRollback, {}, {}, nullptr); !undone) health_.poison(undone.error());
}

}  // namespace postroad::storage
