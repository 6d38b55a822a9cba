#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/statement.h"

namespace postroad::storage {

/// Stands for the moment the writer runs the statement: wall microseconds, never less than in an earlier commit, so
/// that reading the journal in this order skips nothing.
struct CommitTime {};
/// Stands for where content number `index` of this unit (see Unit::keep) was put.
struct ContentLocation {
  std::size_t index;
};
struct Blob {
  std::string bytes;
};

/// A value bound to a statement's parameter.
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string, Blob, CommitTime, ContentLocation>;

/// What must be true of a statement's effect, else the whole unit is refused with `otherwise` and changes nothing.
struct Expectation {
  enum class Rows : std::uint8_t { kAny, kExactlyOne, kAtLeastOne, kNone };
  Rows rows = Rows::kAny;
  Error otherwise{ErrorCode::kConflict, Permanence::kPermanent, {}};
};

/// One change to the store: an ordered list of statements and content, applied whole or not at all. Built on any
/// loop, handed to Store::commit, which merges waiting units into one transaction, each in its own savepoint.
class Unit {
 public:
  static constexpr std::size_t kStatementsMax = 20'000;

  struct Step {
    const Statement* statement;
    std::vector<Value> values;
    Expectation expected;
  };

  /// `statement` must outlive the unit: a constant of a repository.
  void add(const Statement& statement, std::vector<Value> values, Expectation expected = {}) {
    steps_.push_back({&statement, std::move(values), std::move(expected)});
  }
  /// Content to be made durable with the rows; the answer is what a ContentLocation names.
  std::size_t keep(std::string content) {
    contents_.push_back(std::move(content));
    return contents_.size() - 1;
  }
  /// Runs on the writer's thread after the commit is durable, before the committer resumes; must be short, must not
  /// throw. Not run when the unit is refused. `locations` are those of the kept contents, in order.
  using Hook = std::function<void(WallTime committed, std::span<const std::int64_t> locations)>;
  void after_commit(Hook hook) { hooks_.push_back(std::move(hook)); }
  /// Content whose row this unit deletes: its space may be used again once the unit is durable.
  void release(std::int64_t location) { released_.push_back(location); }

  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<std::string>& contents() const { return contents_; }
  const std::vector<Hook>& hooks() const { return hooks_; }
  const std::vector<std::int64_t>& released() const { return released_; }
  bool empty() const { return steps_.empty() && contents_.empty(); }

 private:
  std::vector<Step> steps_;
  std::vector<std::string> contents_;
  std::vector<Hook> hooks_;
  std::vector<std::int64_t> released_;
};

}  // namespace postroad::storage
