#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/random.h"
#include "storage/real_disk.h"
#include "storage/sqlite_store.h"

namespace postroad::storage::testing {

/// A directory of its own, removed at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "postroad-XXXXXX").string();
    PR_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Runs a coroutine to its end on a loop of its own.
template <class T>
T run(asio::awaitable<T> work) {
  asio::io_context context;
  std::optional<T> result;
  asio::co_spawn(
      context, [&]() -> asio::awaitable<void> { result.emplace(co_await std::move(work)); }, asio::detached);
  context.run();
  PR_ASSERT(result.has_value());
  return std::move(*result);
}

inline void run(asio::awaitable<void> work) {
  asio::io_context context;
  asio::co_spawn(context, std::move(work), asio::detached);
  context.run();
}

// Tables in the shape of the real ones: a row that holds a location, and a journal.
inline constexpr std::array kTestMigrations{Migration{
    100, "test: letters and facts",
    "CREATE TABLE letter (id {id}, name TEXT NOT NULL UNIQUE, location BIGINT, written BIGINT NOT NULL);"
    "CREATE TABLE fact (seq {serial}, letter BIGINT NOT NULL, body TEXT NOT NULL, note {blob});"
    "CREATE INDEX fact_letter ON fact (letter)"}};
inline constexpr Statement kInsertLetter{"test.insert_letter",
                                         "INSERT INTO letter (id, name, location, written) VALUES ($1, $2, $3, $4)"};
inline constexpr Statement kInsertFact{"test.insert_fact", "INSERT INTO fact (letter, body, note) VALUES ($1, $2, $3)"};
inline constexpr Statement kRename{"test.rename", "UPDATE letter SET name = $1 WHERE id = $2"};
inline constexpr Statement kDelete{"test.delete", "DELETE FROM letter WHERE id = $1"};
inline constexpr Statement kLetters{"test.letters", "SELECT id, name, location, written FROM letter ORDER BY id"};
inline constexpr Statement kCountFacts{"test.count_facts", "SELECT COUNT(*) FROM fact WHERE letter = $1"};
inline constexpr Statement kLetterLocations{"test.locations", "SELECT location FROM letter WHERE location IS NOT NULL"};

struct Letter {
  std::int64_t id;
  std::string name;
  std::int64_t location;
  std::int64_t written;
};

/// A letter with its content and one fact, as one unit.
inline Unit letter_unit(std::int64_t id, std::string content) {
  Unit unit;
  const std::size_t index = unit.keep(std::move(content));
  unit.add(kInsertLetter, {id, "letter " + std::to_string(id), ContentLocation{index}, CommitTime{}});
  unit.add(kInsertFact, {id, std::string("accepted"), nullptr});
  return unit;
}

inline Result<std::vector<Letter>> letters(Store& store) {
  std::vector<Letter> found;
  RETURN_IF_ERROR(store.query_now(kLetters, {}, [&](const Row& row) {
    found.push_back({row.integer(0), std::string(row.text(1)), row.integer(2), row.integer(3)});
  }));
  return found;
}

}  // namespace postroad::storage::testing
