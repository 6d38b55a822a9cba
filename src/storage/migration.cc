#include "storage/migration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace postroad::storage {
namespace {

struct Word {
  std::string_view word;
  std::string_view sqlite;
  std::string_view postgres;
};
constexpr std::array kWords{
    Word{"{id}", "INTEGER PRIMARY KEY", "BIGINT PRIMARY KEY"},
    Word{"{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT", "BIGSERIAL PRIMARY KEY"},
    Word{"{blob}", "BLOB", "BYTEA"},
};

}  // namespace

Result<std::string> migration_sql(const Migration& migration, SqlDialect dialect) {
  std::string out;
  for (std::string_view rest = migration.sql; !rest.empty();) {
    const std::size_t brace = rest.find('{');
    out += rest.substr(0, brace);
    if (brace == std::string_view::npos) break;
    rest.remove_prefix(brace);
    const auto* word = std::ranges::find_if(kWords, [&](const Word& w) { return rest.starts_with(w.word); });
    if (word == kWords.end()) {
      return fail_permanent(ErrorCode::kInvalidArgument,
                            fmt::format("migration {} ({}): unknown word at \"{}\"; known are {{id}}, {{serial}}, {{blob}}",
                                        migration.number, migration.name, rest.substr(0, 12)));
    }
    out += dialect == SqlDialect::kSqlite ? word->sqlite : word->postgres;
    rest.remove_prefix(word->word.size());
  }
  return out;
}

Result<std::vector<const Migration*>> ordered_migrations(std::span<const Migration> migrations) {
  std::vector<const Migration*> ordered;
  std::set<std::string_view> names;
  for (const Migration& migration : migrations) {
    ordered.push_back(&migration);
    if (!names.insert(migration.name).second) {
      return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("two migrations are called {}", migration.name));
    }
  }
  std::ranges::sort(ordered, {}, &Migration::number);
  for (std::size_t i = 1; i < ordered.size(); ++i) {
    if (ordered[i]->number == ordered[i - 1]->number) {
      return fail_permanent(ErrorCode::kInvalidArgument,
                            fmt::format("migrations {} and {} are both number {}", ordered[i - 1]->name,
                                        ordered[i]->name, ordered[i]->number));
    }
  }
  return ordered;
}

}  // namespace postroad::storage
