#include "account/dkim_keys.h"

#include "account/accounts.h"
#include "mail/dkim_key.h"

namespace postroad::account {

Result<std::vector<DkimKeyRecord>> make_dkim_keys(const std::string& selector) {
  ASSIGN_OR_RETURN(const mail::DkimKey rsa, mail::DkimKey::generate_rsa());
  ASSIGN_OR_RETURN(const mail::DkimKey ed25519, mail::DkimKey::generate_ed25519());
  return std::vector<DkimKeyRecord>{
      {.id = 0, .selector = selector, .algorithm = "rsa", .private_pem = rsa.private_pem(), .dns_value = rsa.dns_record()},
      {.id = 0,
       .selector = selector + std::string(Accounts::kEd25519SelectorSuffix),
       .algorithm = "ed25519",
       .private_pem = ed25519.private_pem(),
       .dns_value = ed25519.dns_record()}};
}

}  // namespace postroad::account
