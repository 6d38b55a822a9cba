#include "spool/rows.h"

namespace postroad::spool {

Message read_message(const storage::Row& row) {
  return {.id = MessageId{row.integer(0)},
          .domain = DomainId{row.integer(1)},
          .message_id = std::string(row.text(2)),
          .sender = std::string(row.text(3)),
          .method = std::string(row.text(4)),
          .location = row.integer(5),
          .bytes = row.integer(6),
          .options = DeliveryOptions::from_bits(row.integer(7)),
          .facts_message = std::string(row.text(8)),
          .facts_rest = std::string(row.text(9)),
          .accepted = wall(row.integer(10)),
          .content = nullptr};
}

Recipient read_recipient(const storage::Row& row, int at) {
  return {.id = RecipientId{row.integer(at)},
          .address = std::string(row.text(at + 1)),
          .lane = std::string(row.text(at + 2)),
          .due = wall(row.integer(at + 3)),
          .expires = wall(row.integer(at + 4)),
          .attempts = static_cast<int>(row.integer(at + 5)),
          .first_attempt = wall(row.integer(at + 6)),
          .copy = static_cast<std::uint32_t>(row.integer(at + 7)),
          .priority = priority_of(row.integer(at + 8)),
          .crashes = static_cast<std::uint8_t>(row.integer(at + 9)),
          .facts_message = std::string(row.text(at + 10)),
          .facts_rest = std::string(row.text(at + 11))};
}

}  // namespace postroad::spool
