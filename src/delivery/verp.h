#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"

namespace postroad::delivery {

/// Return paths that name their recipient: `bounce+<id><mac>@domain`, in lower-case hexadecimal, since relays change
/// case. The MAC keeps strangers from forging a bounce for somebody else's mail.
class Verp {
 public:
  static constexpr std::string_view kPrefix = "bounce+";
  static constexpr std::string_view kUnsubscribePrefix = "unsubscribe+";
  static constexpr std::size_t kMacBytes = 8;

  explicit Verp(std::string key) : key_(std::move(key)) {}
  std::string return_path(RecipientId recipient, std::string_view domain) const;
  /// An address for List-Unsubscribe, `unsubscribe+<id><mac>@domain`, whose token opens no bounce.
  std::string unsubscribe_address(RecipientId recipient, std::string_view domain) const;
  /// The recipient a return path's local part was made for; nullopt when it is not ours or its MAC does not hold.
  std::optional<RecipientId> recipient_of(std::string_view local_part, std::string_view domain) const;

 private:
  std::string token(std::string_view prefix, RecipientId recipient, std::string_view domain) const;
  const std::string key_;
};

}  // namespace postroad::delivery
