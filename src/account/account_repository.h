#pragma once
#include <span>

#include "storage/migration.h"
#include "storage/statement.h"

namespace postroad::account {

std::span<const storage::Migration> migrations();
std::span<const storage::Statement* const> statements();

namespace sql {
extern const storage::Statement kInsertDomain;
extern const storage::Statement kDeleteDomain;
extern const storage::Statement kSetDomainState;
extern const storage::Statement kDeleteDkimKeys;
extern const storage::Statement kInsertPendingDkimKey;
extern const storage::Statement kMoveDkimKeys;
extern const storage::Statement kDeleteDkimKeysInState;
extern const storage::Statement kDomains;
extern const storage::Statement kInsertDkimKey;
extern const storage::Statement kDkimKeys;
extern const storage::Statement kInsertApiKey;
extern const storage::Statement kApiKeys;
extern const storage::Statement kDeleteApiKey;
extern const storage::Statement kInsertCredential;
extern const storage::Statement kChangeCredential;
extern const storage::Statement kDeleteCredential;
extern const storage::Statement kDeleteCredentials;
extern const storage::Statement kCredentials;
}  // namespace sql

}  // namespace postroad::account
