#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/domain_name.h"

namespace postroad::mail {

inline constexpr std::size_t kLocalPartBytesMax = 64;         ///< RFC 5321 §4.5.3.1.1
inline constexpr std::size_t kHeaderLocalPartBytesMax = 512;  ///< ours, where only reading
inline constexpr std::size_t kAddressBytesMax = 254;          ///< RFC 5321 §4.5.3.1.3 less the angle brackets
inline constexpr std::size_t kDisplayNameBytesMax = 1024;     ///< ours
inline constexpr std::size_t kMailboxTextBytesMax = 4096;     ///< ours: one mailbox as a customer writes it
inline constexpr std::size_t kMailboxListBytesMax = 4 << 20;  ///< ours
inline constexpr std::size_t kMailboxesMax = 10'000;          ///< ours, in one list
inline constexpr std::size_t kCommentDepthMax = 32;           ///< ours

/// One RFC 5322 §3.4 mailbox, as meant rather than as spelled.
struct Mailbox {
  std::string display_name;  ///< decoded UTF-8 without quotes; empty when there is none
  std::string local_part;    ///< unquoted; case as given; UTF-8 (RFC 6531)
  std::string domain;        ///< lower-case A-labels, or an address literal in brackets
  friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

/// How strict a reader is about what stands to the right of '@' and how long things are.
enum class AddressRules : std::uint8_t {
  kHeader,    ///< RFC 5322: any dot-atom or literal as domain
  kEnvelope,  ///< also fit for RCPT TO: host name or literal (RFC 5321 §4.1.2), lengths as above
};

/// Exactly one mailbox: `a@b`, `<a@b>` or `Name <a@b>`, comments allowed round them. Encoded words in the
/// name are decoded. Controls (also CR, LF, NUL, NEL, U+2028), bytes that are not UTF-8, and spaces inside
/// the address are refused, permanently, with a sentence for the customer.
Result<Mailbox> parse_mailbox(std::string_view text, AddressRules rules = AddressRules::kEnvelope);
/// Mailboxes separated by ',' or ';' (RFC 5322 §3.4, groups flattened); empty places are skipped. The first
/// bad one fails the whole list and is named in the error. An empty text is an empty list.
Result<std::vector<Mailbox>> parse_mailbox_list(std::string_view text,
                                                AddressRules rules = AddressRules::kEnvelope);
/// Just `a@b`, nothing round it, fit for RCPT TO.
Result<Mailbox> parse_address(std::string_view text);
/// Whether the address part is fit for RCPT TO; the display name is not looked at.
Result<void> check_envelope(const Mailbox& mailbox);

/// `local@domain` as RFC 5321 writes it: the local part is quoted only where it must be. The normalised
/// envelope form: two spellings of one address give the same text (the local part keeps its case).
std::string address_text(const Mailbox& mailbox);
/// The mailbox as a header value without folding: `Name <a@b>`, the name quoted or RFC 2047-encoded where
/// needed.
std::string format_mailbox(const Mailbox& mailbox);
/// The display name as an RFC 5322 phrase: atoms, a quoted string or encoded words.
std::string format_phrase(std::string_view display_name);
/// Whether the address can only travel with SMTPUTF8 (RFC 6531): its local part is not ASCII.
bool needs_smtputf8(const Mailbox& mailbox);

}  // namespace postroad::mail
