#pragma once
#include <string>

#include "mail/arc.h"
#include "mail/dkim_verifier.h"
#include "mail/dmarc.h"
#include "mail/spf.h"

namespace postroad::mail {

/// What was checked about one message; a null pointer was not.
struct AuthenticationChecks {
  const SpfVerdict* spf = nullptr;
  std::string mail_from;  ///< as in the envelope; empty for the null sender
  const DkimReport* dkim = nullptr;
  const DmarcVerdict* dmarc = nullptr;
  const ArcReport* arc = nullptr;
};

/// The results of RFC 8601 §2.2 after the authserv-id: `spf=pass smtp.mailfrom=x.example; dkim=...`; "none"
/// when nothing was checked. Printable ASCII on one line: what strangers chose is left out where it is
/// anything else.
std::string format_authentication_results(const AuthenticationChecks& checks);

}  // namespace postroad::mail
