#pragma once
#include "admission/submission.h"
#include "mail/header_block.h"

namespace postroad::admission {

/// A yes/no option: yes, no, true, false, 1, 0, on, off in any case (contract/sending.md §1.2). nullopt: neither.
std::optional<bool> parse_switch(std::string_view text);

/// Reads the X-Mailgun-* option fields of a submitted message (contract/smtp.md §3) into `options`. kInvalidArgument
/// names a field whose value cannot be read, or one that this version does not serve; a field that switches nothing on
/// (`X-Mailgun-Track: no`) is accepted.
Result<void> read_header_options(const mail::HeaderBlock& header, SendOptions& options);

}  // namespace postroad::admission
