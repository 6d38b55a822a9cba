#pragma once
#include "admission/submission.h"
#include "base/clock.h"
#include "net/http/form.h"

namespace postroad::ingress::http {

inline constexpr std::size_t kSendRecipientsMax = 1000;       ///< to, cc and bcc of one call
inline constexpr std::size_t kSendOptionBytesMax = 16 * 1024;  ///< o:, h:, v:, t: together, names and values

/// A form of POST /v3/{domain}/messages as what admission takes; domain and origin are the caller's to fill. The
/// mail's attachments view the form's bytes. Errors are kInvalidArgument with the contract's text
/// (contract/sending.md §1.3); an option that this version does not serve is named, unless it switches nothing on.
Result<admission::ComposedMail> read_send_form(const net::http::Form& form, const Clock& clock);

}  // namespace postroad::ingress::http
