#pragma once

namespace postroad::mail {

struct MimeMessage;

/// Fills `text_body`, `html_body` and `attachments` from the tree (RFC 8621 §4.1.4), without recursion.
void structure_bodies(MimeMessage& message);

}  // namespace postroad::mail
