#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace postroad::mail {

inline constexpr std::size_t kBounceTextBytesMax = 256 * 1024;  ///< ours: what is read of a report in prose
inline constexpr std::size_t kBounceRecipientsMax = 1000;       ///< ours

/// One address that a report in prose says it could not reach, and what it says about it.
struct FailedRecipient {
  std::string address;
  std::string diagnostic;  ///< UTF-8, lines joined by single spaces
};

/// A report cut in two: what the mail system says, and the message it returns.
struct ReportText {
  std::string_view report, original;
};
/// Cuts at the first line that announces the returned message, or at its header.
ReportText split_report(std::string_view text);

/// Finds failed recipients in the words of mail systems that write no RFC 3464: lines that begin with an
/// address, else names without a domain in a list that is announced, which are of `reporter_domain` (empty: none),
/// else addresses in sentences about delivery. `senders` are never among them: the one who gets the report and who
/// wrote it.
std::vector<FailedRecipient> read_bounce_text(std::string_view report, const std::vector<std::string>& senders,
                                              std::string_view reporter_domain = {});
/// Whether the text reads like a mail system reporting failure or delay.
bool reads_like_bounce(std::string_view text);
/// Whether it reads like a warning only: delayed, still being retried.
bool reads_like_delay(std::string_view text);
/// Every `local@domain` in a text, in order, as spelled.
std::vector<std::string> addresses_in(std::string_view text);

}  // namespace postroad::mail
