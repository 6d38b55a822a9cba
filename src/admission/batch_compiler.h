#pragma once
#include "admission/batch_content.h"
#include "mail/mime_parser.h"

namespace postroad::admission {

/// Takes a message apart into what every copy shares and what has blanks: fields, and parts of text, which are decoded so
/// that blanks are found whatever their encoding. Everything without blanks stays octet for octet, but for the To field,
/// which becomes each copy's own. `message` has CRLF line ends and no Bcc. Linear in the message; kInvalidArgument when
/// it has more parts or header than are read.
Result<BatchContentWriter> compile_batch(std::string_view message,
                                         const std::vector<std::pair<std::string, std::string>>& variables);

}  // namespace postroad::admission
