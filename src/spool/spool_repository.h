#pragma once
#include <span>

#include "storage/migration.h"
#include "storage/statement.h"

namespace postroad::spool {

std::span<const storage::Migration> migrations();
std::span<const storage::Statement* const> statements();

namespace sql {
extern const storage::Statement kInsertMessage;
extern const storage::Statement kInsertRecipient;
extern const storage::Statement kEndRecipient;
extern const storage::Statement kDeferRecipient;
extern const storage::Statement kRetriesBeyond;
extern const storage::Statement kRecallRetry;
extern const storage::Statement kFindWaiting;
extern const storage::Statement kLanes;
extern const storage::Statement kWindow;
extern const storage::Statement kWindowOfMessage;
extern const storage::Statement kNthNewest;
extern const storage::Statement kDueLater;
extern const storage::Statement kMakeDue;
extern const storage::Statement kFindMessage;
extern const storage::Statement kNewest;
extern const storage::Statement kEnded;
extern const storage::Statement kHiddenAndEnded;
extern const storage::Statement kHide;
extern const storage::Statement kWaitingOfDomain;
extern const storage::Statement kChargeCrash;
extern const storage::Statement kSuspect;
extern const storage::Statement kSuspects;
extern const storage::Statement kToBeHeld;
extern const storage::Statement kHold;
extern const storage::Statement kHeld;
extern const storage::Statement kLetGo;
/// How many recipients are suspects and how many are held.
extern const storage::Statement kApart;
extern const storage::Statement kDeleteMessage;
/// (id, location) of every message: for fsck.
extern const storage::Statement kLocations;
/// The location of every message: storage counts with it which segments are still needed.
extern const storage::Statement kLocationList;
/// The largest id in use.
extern const storage::Statement kLastId;
}  // namespace sql

}  // namespace postroad::spool
