#pragma once
#include "admission/options.h"
#include "mail/header_block.h"

namespace postroad::admission {

/// Reads the X-Mailgun-* option fields of a submitted message (contract/smtp.md §3) into `options`; errors as those of
/// read_option. X-Mailgun-Recipient-Variables is not an option: see batch.h.
Result<void> read_header_options(const mail::HeaderBlock& header, WallTime now, SendOptions& options);

}  // namespace postroad::admission
