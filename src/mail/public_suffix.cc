#include "mail/public_suffix.h"

#include <libpsl.h>

#include "mail/domain_name.h"

namespace postroad::mail {

std::string organizational_domain(std::string_view domain) {
  const psl_ctx_t* list = psl_builtin();
  const std::string name(domain.substr(0, kDomainBytesMax));
  if (list == nullptr || name.find('\0') != std::string::npos) return name;
  const char* registrable = psl_registrable_domain(list, name.c_str());
  return registrable == nullptr ? name : registrable;
}

}  // namespace postroad::mail
