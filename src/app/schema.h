#pragma once
#include <vector>

#include "storage/migration.h"
#include "storage/statement.h"

namespace postroad::app {

/// Of every room, in order of number.
std::vector<storage::Migration> all_migrations();
/// Of every room: for the test that prepares each on both engines.
std::vector<const storage::Statement*> all_statements();

}  // namespace postroad::app
