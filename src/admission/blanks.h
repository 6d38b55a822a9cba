#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "mail/address.h"

namespace postroad::admission {

inline constexpr std::size_t kBlankBytesMax = 256;  ///< Between the two '%'; longer ones stay as they are.

/// How many places `text` has that are filled for each recipient: `%recipient.key%`, `%recipient%`, `%unsubscribe_url%`
/// and the others of contract/sending.md §1.4.
std::size_t count_blanks(std::string_view text);

/// What the blanks of one recipient's copy are filled with.
class Blanks {
 public:
  /// `variables`: a JSON object, or empty. `unsubscribe`: a mailto URL.
  Blanks(mail::Mailbox recipient, std::string_view variables, std::string unsubscribe);

  /// `text` with its blanks filled; what has no value becomes nothing. Nothing is escaped.
  std::string fill(std::string_view text) const;

 private:
  std::string value_of(std::string_view blank) const;
  std::string variable(std::string_view key) const;

  mail::Mailbox recipient_;
  boost::json::object variables_;
  std::string unsubscribe_;
};

}  // namespace postroad::admission
