#include "admission/admission_repository.h"

#include <array>

namespace postroad::admission {
namespace sql {

const storage::Statement kInsertCall{
    "admission.insert_call",
    "INSERT INTO idempotent_call (domain, name, digest, message_id, time) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (domain, name) DO UPDATE SET digest = excluded.digest, message_id = excluded.message_id, "
    "time = excluded.time WHERE idempotent_call.time < $6"};

const storage::Statement kFindCall{
    "admission.find_call",
    "SELECT digest, message_id FROM idempotent_call WHERE domain = $1 AND name = $2 AND time >= $3"};

const storage::Statement kDeleteExpiredCalls{
    "admission.delete_expired_calls",
    "DELETE FROM idempotent_call WHERE time < $1 OR "
    "time < COALESCE((SELECT time FROM idempotent_call ORDER BY time DESC LIMIT 1 OFFSET $2), 0)"};

}  // namespace sql

namespace {
constexpr std::array kMigrations{storage::Migration{
    500, "admission: calls that may be repeated",
    "CREATE TABLE idempotent_call (domain BIGINT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, "
    "message_id TEXT NOT NULL, time BIGINT NOT NULL, PRIMARY KEY (domain, name));"
    "CREATE INDEX idempotent_call_time ON idempotent_call (time)"}};

constexpr std::array kStatements{&sql::kInsertCall, &sql::kFindCall, &sql::kDeleteExpiredCalls};
}  // namespace

std::span<const storage::Migration> migrations() { return kMigrations; }
std::span<const storage::Statement* const> statements() { return kStatements; }

}  // namespace postroad::admission
