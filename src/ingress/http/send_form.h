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

/// The same for POST /v3/{domain}/messages.mime (contract/sending.md §2). The message's line ends are as sent.
Result<admission::RawMail> read_mime_form(const net::http::Form& form, const Clock& clock);

/// The values of `name` as one list of mailboxes, in the contract's words when one is none.
Result<std::vector<mail::Mailbox>> read_recipients(const net::http::Form& form, std::string_view name);

}  // namespace postroad::ingress::http
