#include "admission/storage_key.h"

#include <algorithm>

#include "admission/batch_content.h"
#include "base/text.h"

namespace postroad::admission {

std::string storage_key(MessageId id, std::uint32_t copy) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(static_cast<std::uint64_t>(id.value) >> shift);
  for (int shift = 24; copy != 0 && shift >= 0; shift -= 8) bytes += static_cast<char>(copy >> shift);
  return base64url_encode(bytes);
}

std::optional<StorageKey> read_storage_key(std::string_view key) {
  constexpr std::size_t kMessageBytes = 8, kCopyBytes = 12;
  const std::optional<std::string> bytes = base64url_decode(key);
  if (!bytes || (bytes->size() != kMessageBytes && bytes->size() != kCopyBytes)) return std::nullopt;
  std::uint64_t value = 0;
  std::uint32_t copy = 0;
  for (std::size_t i = 0; i < bytes->size(); ++i) {
    const auto byte = static_cast<unsigned char>((*bytes)[i]);
    if (i < kMessageBytes) value = value << 8 | byte;
    else copy = copy << 8 | byte;
  }
  return StorageKey{MessageId{static_cast<std::int64_t>(value)}, copy};
}

Result<std::string> stored_octets(const spool::Message& message, std::string_view content, std::uint32_t copy,
                                  std::string unsubscribe) {
  if (!message.options.is_batch) {
    if (copy != 0) return fail_permanent(ErrorCode::kNotFound, "Message not found");
    return std::string(content);
  }
  ASSIGN_OR_RETURN(const BatchContent batch, BatchContent::open(content));
  if (copy > batch.copies()) return fail_permanent(ErrorCode::kNotFound, "Message not found");
  ASSIGN_OR_RETURN(const BatchCopy found, batch.copy(std::max(copy, std::uint32_t{1})));
  return batch.render(found, std::move(unsubscribe));
}

}  // namespace postroad::admission
