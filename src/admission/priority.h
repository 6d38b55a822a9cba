#pragma once
#include <optional>
#include <string_view>

#include "mail/header_block.h"
#include "spool/message.h"

namespace postroad::admission {

/// More recipients than these in one call or transaction: nobody waits for that mail.
inline constexpr std::size_t kHighRecipientsMax = 10;

/// The line of a message that does not say by `o:priority` which it wants: high for up to kHighRecipientsMax recipients,
/// unless its header says that it goes to many: List-Id (RFC 2919), List-Unsubscribe (RFC 2369), or Precedence with bulk,
/// list or junk. X-Priority, Importance and Priority tell the reader's mail program something, not us.
spool::Priority priority_by_shape(const mail::HeaderBlock& header, std::size_t recipients);

/// The value of `o:priority`: "high" or "bulk" in any case; nullopt: neither.
std::optional<spool::Priority> parse_priority(std::string_view text);

}  // namespace postroad::admission
