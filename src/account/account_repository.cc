#include "account/account_repository.h"

#include <array>

namespace postroad::account {
namespace sql {

const storage::Statement kInsertDomain{
    "account.insert_domain",
    "INSERT INTO domain (id, name, state, created) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING"};
const storage::Statement kDeleteDomain{"account.delete_domain", "DELETE FROM domain WHERE id = $1"};
const storage::Statement kDeleteDkimKeys{"account.delete_dkim_keys", "DELETE FROM dkim_key WHERE domain = $1"};
const storage::Statement kDomains{"account.domains", "SELECT id, name, state, created FROM domain ORDER BY id"};

const storage::Statement kSetDomainState{"account.set_domain_state", "UPDATE domain SET state = $1 WHERE id = $2"};

const storage::Statement kInsertDkimKey{
    "account.insert_dkim_key",
    "INSERT INTO dkim_key (id, domain, selector, algorithm, private_pem, dns_value, created) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)"};
const storage::Statement kDkimKeys{
    "account.dkim_keys", "SELECT id, domain, selector, algorithm, private_pem, dns_value, state FROM dkim_key ORDER BY id"};
/// None when the domain has that selector, or a key that is pending, already.
const storage::Statement kInsertPendingDkimKey{
    "account.insert_pending_dkim_key",
    "INSERT INTO dkim_key (id, domain, selector, algorithm, private_pem, dns_value, created, state) "
    "SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS BIGINT), 1 "
    "WHERE NOT EXISTS (SELECT 1 FROM dkim_key WHERE domain = $2 AND (selector = $3 OR (state = 1 AND algorithm = $4)))"};
/// Those of the domain in state $3 get state $1.
const storage::Statement kMoveDkimKeys{"account.move_dkim_keys", "UPDATE dkim_key SET state = $1 WHERE domain = $2 AND state = $3"};
const storage::Statement kDeleteDkimKeysInState{"account.delete_dkim_keys_in_state", "DELETE FROM dkim_key WHERE domain = $1 AND state = $2"};

const storage::Statement kInsertApiKey{
    "account.insert_api_key",
    "INSERT INTO api_key (id, digest, role, domain, public_id, description, created) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (digest) DO NOTHING"};
const storage::Statement kApiKeys{"account.api_keys",
                                  "SELECT id, digest, role, domain, public_id, description FROM api_key ORDER BY id"};

const storage::Statement kDeleteApiKey{"account.delete_api_key", "DELETE FROM api_key WHERE id = $1"};

const storage::Statement kInsertCredential{
    "account.insert_credential",
    "INSERT INTO credential (id, domain, login, hash, created) VALUES ($1, $2, $3, $4, $5)"};
const storage::Statement kChangeCredential{"account.change_credential", "UPDATE credential SET hash = $1 WHERE id = $2"};
const storage::Statement kDeleteCredential{"account.delete_credential", "DELETE FROM credential WHERE id = $1"};
const storage::Statement kDeleteCredentials{"account.delete_credentials", "DELETE FROM credential WHERE domain = $1"};
const storage::Statement kCredentials{"account.credentials",
                                      "SELECT id, domain, login, hash, created FROM credential ORDER BY id"};

}  // namespace sql

namespace {
constexpr std::array kMigrations{storage::Migration{
    300, "account: domains, DKIM keys, API keys",
    "CREATE TABLE domain (id {id}, name TEXT NOT NULL UNIQUE, state BIGINT NOT NULL, created BIGINT NOT NULL);"
    "CREATE TABLE dkim_key (id {id}, domain BIGINT NOT NULL, selector TEXT NOT NULL, algorithm TEXT NOT NULL, "
    "private_pem TEXT NOT NULL, dns_value TEXT NOT NULL, created BIGINT NOT NULL);"
    "CREATE INDEX dkim_key_domain ON dkim_key (domain);"
    "CREATE TABLE api_key (id {id}, digest TEXT NOT NULL UNIQUE, role BIGINT NOT NULL, domain BIGINT NOT NULL, "
    "public_id TEXT NOT NULL, description TEXT NOT NULL, created BIGINT NOT NULL);"
    "CREATE TABLE credential (id {id}, domain BIGINT NOT NULL, login TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, "
    "created BIGINT NOT NULL)"},
    storage::Migration{301, "account: DKIM keys that are pending or retired", "ALTER TABLE dkim_key ADD COLUMN state BIGINT NOT NULL DEFAULT 0"}};

constexpr std::array kStatements{&sql::kSetDomainState, &sql::kInsertPendingDkimKey, &sql::kMoveDkimKeys, &sql::kDeleteDkimKeysInState,
                                 &sql::kInsertDomain,  &sql::kDeleteDomain, &sql::kDeleteDkimKeys, &sql::kDomains,
                                 &sql::kInsertDkimKey, &sql::kDkimKeys,     &sql::kInsertApiKey,  &sql::kDeleteApiKey,   &sql::kApiKeys,
                                 &sql::kInsertCredential, &sql::kChangeCredential, &sql::kDeleteCredential,
                                 &sql::kDeleteCredentials, &sql::kCredentials};
}  // namespace

std::span<const storage::Migration> migrations() { return kMigrations; }
std::span<const storage::Statement* const> statements() { return kStatements; }

}  // namespace postroad::account
