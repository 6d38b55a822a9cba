#pragma once
#include <string>

#include "mail/header_writer.h"

namespace postroad::mail {

/// Appends `; name=value` (RFC 2045 §5.1): a token, a quoted string, RFC 2231 sections, or with `legacy` an
/// encoded word in quotes. The value is UTF-8 without controls. No piece without a space exceeds a line.
void append_parameter(std::string& out, const Parameter& parameter, bool legacy);
/// RFC 2045 §5.1 token.
bool is_mime_token(std::string_view text);

}  // namespace postroad::mail
