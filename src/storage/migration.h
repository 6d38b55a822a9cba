#pragma once
#include <string_view>

namespace postroad::storage {

/// One step of the schema, applied once, in order of `number`, in a transaction. Common SQL, with tokens that each
/// engine replaces: {id} a 64-bit primary key the caller fills, {serial} one the engine fills in rising order,
/// {blob} a column of bytes.
struct Migration {
  int number;             ///< Unique over all rooms; never reused, never edited once released.
  std::string_view name;  ///< "spool: messages and recipients"
  std::string_view sql;   ///< Statements, separated by semicolons.
};

}  // namespace postroad::storage
