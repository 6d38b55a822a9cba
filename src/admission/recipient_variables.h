#pragma once
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "mail/address.h"

namespace postroad::admission {

/// `recipient-variables`: an object of objects, by address in any case (contract/sending.md §1.4).
class RecipientVariables {
 public:
  /// kInvalidArgument with the contract's text. An empty array counts as an empty object: PHP writes it so.
  static Result<RecipientVariables> parse(std::string_view json);
  /// The recipient's object as JSON; empty when it has none.
  const std::string& of(const mail::Mailbox& recipient) const;

 private:
  std::unordered_map<std::string, std::string> by_address_;
};

}  // namespace postroad::admission
