#include "events/journal_repository.h"

#include <array>

namespace postroad::events {
namespace sql {

const storage::Statement kAppend{
    "events.append",
    "INSERT INTO journal (time, type, ending, severity, domain, message, recipient, address, body, transcript) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};

const storage::Statement kReadForwards{
    "events.read_forwards",
    "SELECT seq, time, type, address, body, message, domain FROM journal "
    "WHERE seq > $1 AND seq <= $2 ORDER BY seq ASC LIMIT $3"};

const storage::Statement kReadBackwards{
    "events.read_backwards",
    "SELECT seq, time, type, address, body, message, domain FROM journal "
    "WHERE seq > $1 AND seq <= $2 ORDER BY seq DESC LIMIT $3"};

const storage::Statement kLastSequence{"events.last_sequence", "SELECT seq FROM journal ORDER BY seq DESC LIMIT 1"};

const storage::Statement kTimeAt{"events.time_at", "SELECT time FROM journal WHERE seq = $1"};

const storage::Statement kOldest{"events.oldest",
                                 "SELECT seq, time FROM journal WHERE seq > $1 AND seq <= $2 ORDER BY seq ASC LIMIT $3"};

const storage::Statement kForget{"events.forget",
                                 "DELETE FROM journal WHERE seq > $1 AND seq <= $2 "
                                 "AND NOT EXISTS (SELECT 1 FROM recipient q WHERE q.id = journal.recipient)"};

const storage::Statement kOfMessage{
    "events.of_message",
    "SELECT seq, time, type, address, body, transcript FROM journal WHERE message = $1 ORDER BY seq ASC"};

// Type 1 is `accepted`.
const storage::Statement kRecipientsOf{"events.recipients_of",
                                       "SELECT address FROM journal WHERE message = $1 AND type = 1 ORDER BY seq ASC"};

const storage::Statement kNewest{
    "events.newest", "SELECT seq, time, type, address, body, message FROM journal ORDER BY seq DESC LIMIT $1"};

const storage::Statement kNewestContaining{
    "events.newest_containing",
    "SELECT seq, time, type, address, body, message FROM journal "
    "WHERE body LIKE $1 ESCAPE '\\' ORDER BY seq DESC LIMIT $2"};

// One row: the counts of Audit. Type 1 is `accepted`.
const storage::Statement kAudit{
    "events.audit",
    "SELECT COUNT(*), "
    "SUM(CASE WHEN endings = 1 AND waits = 0 THEN 1 ELSE 0 END), "
    "SUM(CASE WHEN endings = 0 AND waits = 1 THEN 1 ELSE 0 END), "
    "SUM(CASE WHEN endings > 1 THEN 1 ELSE 0 END), "
    "SUM(CASE WHEN endings = 0 AND waits = 0 THEN 1 ELSE 0 END), "
    "SUM(CASE WHEN endings > 0 AND waits = 1 THEN 1 ELSE 0 END) "
    "FROM (SELECT j.recipient AS r, SUM(j.ending) AS endings, "
    "(SELECT COUNT(*) FROM recipient q WHERE q.id = j.recipient) AS waits "
    "FROM journal j GROUP BY j.recipient HAVING SUM(CASE WHEN j.type = 1 THEN 1 ELSE 0 END) > 0) AS one"};

}  // namespace sql

namespace {
constexpr std::array kMigrations{storage::Migration{
    200, "events: the journal",
    "CREATE TABLE journal (seq {serial}, time BIGINT NOT NULL, type BIGINT NOT NULL, ending BIGINT NOT NULL, "
    "severity BIGINT NOT NULL, domain BIGINT NOT NULL, message BIGINT NOT NULL, recipient BIGINT NOT NULL, "
    "address TEXT NOT NULL, body TEXT NOT NULL, transcript {blob});"
    "CREATE INDEX journal_domain ON journal (domain, seq);"
    "CREATE INDEX journal_message ON journal (message)"},
                               storage::Migration{201, "events: domains are found by the search index", "DROP INDEX journal_domain"}};

constexpr std::array kStatements{&sql::kAppend,     &sql::kReadForwards, &sql::kReadBackwards, &sql::kLastSequence,
                                 &sql::kTimeAt,     &sql::kOldest,       &sql::kForget,        &sql::kOfMessage,
                                 &sql::kNewest,     &sql::kNewestContaining, &sql::kAudit,     &sql::kRecipientsOf};
}  // namespace

std::span<const storage::Migration> migrations() { return kMigrations; }
std::span<const storage::Statement* const> statements() { return kStatements; }

}  // namespace postroad::events
