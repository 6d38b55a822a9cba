#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "spool/message.h"

namespace postroad::admission {

/// What a storage key names: a message, or one recipient's copy of a batch.
struct StorageKey {
  MessageId message;
  std::uint32_t copy = 0;  ///< From 1; 0: the message itself.
};
/// The key under which a message is stored, as URLs and events show it, in base64url; and back.
std::string storage_key(MessageId id, std::uint32_t copy = 0);
std::optional<StorageKey> read_storage_key(std::string_view key);

/// The octets of a stored message; of a batch, those of one copy, the first for 0. `unsubscribe` fills the blank of that
/// name. kCorrupt when the content is damaged; kNotFound when there is no such copy.
Result<std::string> stored_octets(const spool::Message& message, std::string_view content, std::uint32_t copy,
                                  std::string unsubscribe);

}  // namespace postroad::admission
