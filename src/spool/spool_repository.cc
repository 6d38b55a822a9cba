#include "spool/spool_repository.h"

#include <array>

namespace postroad::spool {

// The columns of a message, in the order read_message expects.
#define POSTROAD_MESSAGE_COLUMNS                                                                              \
  "m.id, m.domain, m.message_id, m.sender, m.method, m.location, m.bytes, m.options, m.facts_message, " \
  "m.facts_rest, m.accepted"

// The columns of a recipient, in the order read_recipient expects.
#define POSTROAD_RECIPIENT_COLUMNS                                                                            \
  "r.id, r.address, r.lane, r.due, r.expires, r.attempts, r.first_attempt, r.copy, r.priority, r.crashes, " \
  "r.facts_message, r.facts_rest"

// Those of one that is held, or is to be.
#define POSTROAD_HELD_COLUMNS "r.id, m.id, m.domain, m.message_id, r.address, r.lane, r.priority, r.crashes, r.held"

namespace sql {

const storage::Statement kInsertMessage{
    "spool.insert_message",
    "INSERT INTO message (id, domain, message_id, sender, method, location, bytes, options, facts_message, "
    "facts_rest, accepted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};

const storage::Statement kInsertRecipient{
    "spool.insert_recipient",
    "INSERT INTO recipient (id, message, address, lane, due, expires, attempts, first_attempt, copy, priority, "
    "facts_message, facts_rest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"};

const storage::Statement kEndRecipient{"spool.end_recipient", "DELETE FROM recipient WHERE id = $1"};

const storage::Statement kDeferRecipient{
    "spool.defer_recipient",
    "UPDATE recipient SET due = $1, attempts = $2, first_attempt = $3, crashes = 0 WHERE id = $4"};

const storage::Statement kRetriesBeyond{
    "spool.retries_beyond", "SELECT id FROM recipient WHERE attempts > 0 AND due > $1 ORDER BY id LIMIT $2"};

const storage::Statement kRecallRetry{"spool.recall_retry",
                                      "UPDATE recipient SET due = $1 WHERE id = $2 AND attempts > 0 AND due > $3"};

const storage::Statement kLanes{
    "spool.lanes", "SELECT lane, priority, MIN(due), COUNT(*) FROM recipient WHERE crashes = 0 "
    "AND held = 0 GROUP BY lane, priority"};

const storage::Statement kWindow{
    "spool.window",
    "SELECT " POSTROAD_MESSAGE_COLUMNS
    ", " POSTROAD_RECIPIENT_COLUMNS " FROM recipient r JOIN message m ON m.id = r.message "
    "WHERE r.lane = $1 AND r.priority = $2 AND r.crashes = 0 AND r.held = 0 ORDER BY r.due LIMIT $3"};

const storage::Statement kChargeCrash{
    "spool.charge_crash", "UPDATE recipient SET crashes = crashes + 1 WHERE message = $1 AND id BETWEEN $2 AND $3 AND held = 0 "
    "AND due <= $4"};

/// The first crash is what makes a suspect, so it is counted as one.
const storage::Statement kSuspect{
    "spool.suspect", "UPDATE recipient SET crashes = 1 WHERE message = $1 AND id BETWEEN $2 AND $3 AND held = 0 "
    "AND crashes = 0 AND due <= $4"};

const storage::Statement kSuspects{
    "spool.suspects",
    "SELECT " POSTROAD_MESSAGE_COLUMNS ", " POSTROAD_RECIPIENT_COLUMNS " FROM recipient r JOIN message m ON m.id = r.message "
    "WHERE r.crashes > 0 AND r.held = 0 ORDER BY r.crashes DESC, r.id LIMIT $1"};

const storage::Statement kFindWaiting{
    "spool.find_waiting",
    "SELECT " POSTROAD_MESSAGE_COLUMNS ", " POSTROAD_RECIPIENT_COLUMNS " FROM recipient r JOIN message m ON m.id = r.message "
    "WHERE r.id = $1"};

const storage::Statement kToBeHeld{
    "spool.to_be_held",
    "SELECT " POSTROAD_HELD_COLUMNS " FROM recipient r JOIN message m ON m.id = r.message WHERE r.held = 0 AND r.message IN "
    "(SELECT s.message FROM recipient s WHERE s.crashes > 0 AND s.crashes >= $1) ORDER BY r.id LIMIT $2"};

const storage::Statement kHold{"spool.hold", "UPDATE recipient SET held = $1 WHERE id = $2 AND held = 0"};

const storage::Statement kHeld{
    "spool.held",
    "SELECT " POSTROAD_HELD_COLUMNS " FROM recipient r JOIN message m ON m.id = r.message WHERE r.held > 0 AND r.id > $1 "
    "ORDER BY r.id LIMIT $2"};

const storage::Statement kLetGo{"spool.let_go", "UPDATE recipient SET held = 0, crashes = 0 WHERE id = $1 AND held > 0"};

const storage::Statement kApart{
    "spool.apart",
    "SELECT (SELECT COUNT(*) FROM recipient WHERE crashes > 0 AND held = 0), (SELECT COUNT(*) FROM recipient WHERE held > 0)"};

const storage::Statement kWindowOfMessage{
    "spool.window_of_message",
    "SELECT " POSTROAD_MESSAGE_COLUMNS
    ", " POSTROAD_RECIPIENT_COLUMNS " FROM recipient r JOIN message m ON m.id = r.message "
    "WHERE r.message = $1 AND r.id > $2 AND r.held <= $3 ORDER BY r.id LIMIT $4"};

const storage::Statement kDueLater{
    "spool.due_later",
    "SELECT id FROM recipient WHERE lane = $1 AND priority = $2 AND crashes = 0 AND held = 0 AND due > $3 ORDER BY due LIMIT $4"};

const storage::Statement kMakeDue{"spool.make_due", "UPDATE recipient SET due = $1 WHERE id = $2 AND due > $1"};

const storage::Statement kFindMessage{"spool.find_message",
                                      "SELECT " POSTROAD_MESSAGE_COLUMNS
                                      " FROM message m WHERE m.id = $1 AND m.hidden = 0"};

const storage::Statement kNewest{
    "spool.newest",
    "SELECT " POSTROAD_MESSAGE_COLUMNS ", (SELECT COUNT(*) FROM recipient r WHERE r.message = m.id) "
    "FROM message m WHERE m.hidden = 0 AND m.id < $1 ORDER BY m.id DESC LIMIT $2"};

const storage::Statement kNthNewest{"spool.nth_newest", "SELECT accepted FROM message ORDER BY accepted DESC LIMIT 1 OFFSET $1"};

const storage::Statement kEnded{
    "spool.ended",
    "SELECT m.id, m.location, m.accepted, CASE WHEN EXISTS (SELECT 1 FROM recipient r WHERE r.message = m.id) THEN 1 ELSE 0 END "
    "FROM message m WHERE m.accepted < $1 AND (m.accepted, m.id) > ($2, $3) ORDER BY m.accepted, m.id LIMIT $4"};

const storage::Statement kHiddenAndEnded{
    "spool.hidden_and_ended",
    "SELECT m.id, m.location FROM message m WHERE m.hidden = 1 "
    "AND NOT EXISTS (SELECT 1 FROM recipient r WHERE r.message = m.id) ORDER BY m.id LIMIT $1"};

const storage::Statement kHide{"spool.hide", "UPDATE message SET hidden = 1 WHERE id = $1 AND hidden = 0"};

const storage::Statement kWaitingOfDomain{
    "spool.waiting_of_domain",
    "SELECT r.id, r.message, r.address, r.lane FROM recipient r JOIN message m ON m.id = r.message "
    "WHERE m.domain = $1 AND r.id > $2 ORDER BY r.id LIMIT $3"};

const storage::Statement kDeleteMessage{"spool.delete_message", "DELETE FROM message WHERE id = $1"};

const storage::Statement kLocations{"spool.locations", "SELECT id, location FROM message ORDER BY id"};

const storage::Statement kLocationList{"spool.location_list", "SELECT location FROM message"};

const storage::Statement kLastId{
    "spool.last_id",
    "SELECT CASE WHEN a > b THEN a ELSE b END FROM (SELECT "
    "COALESCE((SELECT MAX(id) FROM message), 0) AS a, COALESCE((SELECT MAX(id) FROM recipient), 0) AS b) AS both_ids"};

}  // namespace sql

namespace {
constexpr std::array kMigrations{
    storage::Migration{
    100, "spool: messages and recipients",
    "CREATE TABLE message (id {id}, domain BIGINT NOT NULL, message_id TEXT NOT NULL, sender TEXT NOT NULL, "
    "method TEXT NOT NULL, location BIGINT NOT NULL, bytes BIGINT NOT NULL, options BIGINT NOT NULL, "
    "facts_message TEXT NOT NULL, facts_rest TEXT NOT NULL, accepted BIGINT NOT NULL, "
    "hidden BIGINT NOT NULL DEFAULT 0);"
    "CREATE INDEX message_accepted ON message (accepted);"
    "CREATE INDEX message_hidden ON message (id) WHERE hidden = 1;"
    "CREATE TABLE recipient (id {id}, message BIGINT NOT NULL, address TEXT NOT NULL, lane TEXT NOT NULL, "
    "due BIGINT NOT NULL, expires BIGINT NOT NULL, attempts BIGINT NOT NULL, first_attempt BIGINT NOT NULL, "
    "copy BIGINT NOT NULL, facts_message TEXT NOT NULL, facts_rest TEXT NOT NULL);"
    "CREATE INDEX recipient_lane ON recipient (lane, due);"
    "CREATE INDEX recipient_message ON recipient (message)"},
    storage::Migration{
    101, "spool: priorities, crashes and holds of recipients",
    "ALTER TABLE recipient ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE recipient ADD COLUMN crashes BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE recipient ADD COLUMN held BIGINT NOT NULL DEFAULT 0;"
    "DROP INDEX recipient_lane;"
    "CREATE INDEX recipient_line ON recipient (lane, priority, due) WHERE crashes = 0 AND held = 0;"
    "CREATE INDEX recipient_crashes ON recipient (crashes, id) WHERE crashes > 0;"
    "CREATE INDEX recipient_held ON recipient (id) WHERE held > 0"}};

constexpr std::array kStatements{
    &sql::kInsertMessage, &sql::kInsertRecipient, &sql::kEndRecipient, &sql::kDeferRecipient, &sql::kLanes,
    &sql::kWindow,        &sql::kFindMessage,     &sql::kNewest,       &sql::kEnded, &sql::kHiddenAndEnded, &sql::kDeleteMessage,
    &sql::kLocations,     &sql::kLocationList,    &sql::kLastId,       &sql::kHide,           &sql::kWaitingOfDomain,
    &sql::kRetriesBeyond, &sql::kRecallRetry,     &sql::kChargeCrash, &sql::kSuspect, &sql::kSuspects,        &sql::kToBeHeld,
    &sql::kHold,           &sql::kHeld,            &sql::kLetGo,         &sql::kApart,
    &sql::kFindWaiting,    &sql::kNthNewest,       &sql::kWindowOfMessage, &sql::kDueLater,       &sql::kMakeDue};
}  // namespace

std::span<const storage::Migration> migrations() { return kMigrations; }
std::span<const storage::Statement* const> statements() { return kStatements; }

}  // namespace postroad::spool
