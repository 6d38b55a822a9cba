// A message becomes one with blanks (contract/sending.md §1.4).
#include <fmt/format.h>

#include <algorithm>

#include "admission/admission.h"
#include "admission/batch_compiler.h"
#include "admission/prepared.h"
#include "admission/recipient_variables.h"

namespace postroad::admission {

/// Turns the message into one with blanks, and checks on the first copy what the others will be like.
Result<void> Admission::make_batch(Prepared& prepared) const {
  ASSIGN_OR_RETURN(const RecipientVariables variables, RecipientVariables::parse(*prepared.recipient_variables));
  std::size_t longest = 0;
  prepared.copies.reserve(prepared.recipients.size());
  for (const mail::Mailbox& recipient : prepared.recipients) {
    prepared.copies.push_back({recipient, variables.of(recipient)});
    longest = std::max(longest, prepared.copies.back().variables.size());
  }
  auto shown = prepared.options.variables;
  if (prepared.options.suppresses("X-Mailgun-Variables")) shown.clear();
  ASSIGN_OR_RETURN(const BatchContentWriter content, compile_batch(prepared.message, shown));
  // Three octets for one is the most that a transfer encoding makes of a text.
  const std::size_t most = content.bytes() + 3 * content.blanks() * (longest + mail::kMailboxTextBytesMax / 4);
  if (most > limits_.message_bytes_max && content.bytes() <= limits_.message_bytes_max) {
    return fail_permanent(ErrorCode::kTooLarge, fmt::format("with recipient-variables filled in, a copy could be "
                                                                    "larger than {} bytes", limits_.message_bytes_max));
  }
  prepared.message = content.finish(prepared.copies);
  ASSIGN_OR_RETURN(const BatchContent batch, BatchContent::open(prepared.message));
  ASSIGN_OR_RETURN(const std::string first, batch.render(prepared.copies.front(), {}));
  prepared.size = first.size();
  return {};
}

}  // namespace postroad::admission
