#pragma once
#include <cstdint>

namespace postroad::spool {

/// A message on disk is in exactly one of these states; recovery maps each to one action.
///
///   state         content  row  recipient rows   after a crash
///   kAbsent          –      –        –           nothing
///   kUnclaimed       +      –        –           reclaim the content: nobody was told 250
///   kWaiting         +      +        +           schedule: we said 250, so it is ours; an attempt may repeat
///   kEnded           +      +        –           release row and content when retention ends
///   kQuarantined   bad      +        +           hold: report by `postroad fsck`, never delete, never deliver
///
/// Of kWaiting, recipients that were under way at a crash are tried apart, and after three crashes held (spool::Quarantine).
///
/// Row, recipient rows and `accepted` events are one transaction, so a row without them does not exist. Content and
/// rows are synced in parallel and both before the answer: a row whose content is missing was never answered for, or
/// the disk lied; both are kQuarantined, since the two cannot be told apart from inside.
enum class MessageState : std::uint8_t { kAbsent, kUnclaimed, kWaiting, kEnded, kQuarantined };

/// What the store shows of one message.
struct MessageEvidence {
  bool content_verifies;
  bool has_content;
  bool has_row;
  bool has_recipient_rows;
};

/// The state a message is in. The combinations that cannot be are mapped to the state that keeps most.
constexpr MessageState state_of(const MessageEvidence& seen) {
  if (!seen.has_row) return seen.has_content ? MessageState::kUnclaimed : MessageState::kAbsent;
  if (!seen.has_content || !seen.content_verifies) {
    return seen.has_recipient_rows ? MessageState::kQuarantined : MessageState::kEnded;
  }
  return seen.has_recipient_rows ? MessageState::kWaiting : MessageState::kEnded;
}

}  // namespace postroad::spool
