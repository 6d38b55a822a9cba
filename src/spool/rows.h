#pragma once
#include "spool/message.h"
#include "storage/store.h"

namespace postroad::spool {

/// Of a statement that begins with POSTROAD_MESSAGE_COLUMNS of the repository.
inline constexpr int kMessageColumns = 11;
Message read_message(const storage::Row& row);
/// Whose POSTROAD_RECIPIENT_COLUMNS begin at column `at`.
Recipient read_recipient(const storage::Row& row, int at);

inline WallTime wall(std::int64_t microseconds) { return WallTime{std::chrono::microseconds{microseconds}}; }
inline std::int64_t number(WallTime time) { return time.time_since_epoch().count(); }
inline Priority priority_of(std::int64_t stored) { return stored == 0 ? Priority::kBulk : Priority::kHigh; }

}  // namespace postroad::spool
