#include "mail/address.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/scan.h"
#include "base/text.h"
#include "mail/address_scanner.h"
#include "mail/characters.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"
#include "mail/nfc_length.h"

namespace postroad::mail {
namespace {

auto refuse(std::string_view text, std::string_view why) {
  return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{}: {}", for_log(text), why));
}

/// Local part or phrase: both begin with words, and only what follows tells them apart.
struct Words {
  std::string phrase;  ///< words joined by single spaces
  std::size_t count = 0;
  std::size_t bytes = 0;   ///< of the last word as spelled
  bool quoted = false;     ///< the last word was a quoted string
  bool touching = false;   ///< two words met without a space or comment between
  bool gap_after = false;  ///< a space or comment follows the last word
};

class MailboxParser {
 public:
  MailboxParser(std::string_view text, AddressRules rules) : scanner_(text), text_(text), rules_(rules) {}

  /// One mailbox from here; stops at the first character that cannot belong to it.
  Result<Mailbox> mailbox() {
    if (!scanner_.skip_cfws()) return refuse(text_, "a comment is not closed");
    ASSIGN_OR_RETURN(Words words, read_words());
    RETURN_IF_ERROR(read_address_as_name(words));
    Mailbox out;
    if (scanner_.peek() == '<') {
      out.display_name = decode_phrase(words.phrase);
      RETURN_IF_ERROR(angle_address(out));
    } else {
      RETURN_IF_ERROR(address_after(words, out));
    }
    if (!scanner_.skip_cfws()) return refuse(text_, "a comment is not closed");
    if (out.display_name.size() > kDisplayNameBytesMax) return refuse(text_, "the display name is too long");
    if (has_control(out.display_name)) return refuse(text_, "the display name has a control character");
    if (rules_ == AddressRules::kEnvelope) RETURN_IF_ERROR(check_envelope(out));
    return out;
  }

  AddressScanner& scanner() { return scanner_; }

 private:
  Result<Words> read_words() {
    Words words;
    while (!scanner_.at_end()) {
      const char c = scanner_.peek();
      const std::size_t start = scanner_.position();
      std::string word;
      if (c == '"') {
        auto quoted = scanner_.quoted_string();
        if (!quoted) return refuse(text_, "a quote is not closed");
        word = *std::move(quoted);
      } else {
        word = scanner_.dotted_run();
        if (word.empty()) return words;
      }
      words.touching = words.touching || (words.count > 0 && !words.gap_after);
      if (words.count++ > 0) words.phrase += ' ';
      words.phrase += word;
      words.quoted = c == '"';
      const std::size_t end = scanner_.position();
      words.bytes = end - start;
      if (!scanner_.skip_cfws()) return refuse(text_, "a comment is not closed");
      words.gap_after = scanner_.position() != end;
    }
    return words;
  }

  /// `ana@x.example <ana@x.example>`: many write the address where the name goes, without the quotes it
  /// needs.
  Result<void> read_address_as_name(Words& words) {
    if (scanner_.peek() != '@' || scanner_.rest().find('<') == std::string_view::npos) return {};
    while (scanner_.take('@')) {
      ASSIGN_OR_RETURN(const Words more, read_words());
      words.phrase += words.gap_after ? " @" : "@";
      words.phrase += more.phrase;
      words.count += more.count;
      words.gap_after = more.gap_after;
    }
    if (scanner_.peek() != '<') return refuse(text_, "there is no '<' where one belongs");
    return {};
  }

  Result<void> angle_address(Mailbox& out) {
    scanner_.take('<');
    if (!scanner_.skip_cfws()) return refuse(text_, "a comment is not closed");
    if (rules_ == AddressRules::kHeader && scanner_.peek() == '@') RETURN_IF_ERROR(skip_source_route());
    ASSIGN_OR_RETURN(Words words, read_words());
    RETURN_IF_ERROR(address_after(words, out));
    if (!scanner_.skip_cfws() || !scanner_.take('>')) return refuse(text_, "'<' is not closed by '>'");
    return {};
  }

  /// RFC 5322 §4.4 obs-route: read, and forgotten.
  Result<void> skip_source_route() {
    while (scanner_.take('@') || scanner_.take(',')) scanner_.dotted_run();
    if (!scanner_.take(':')) return refuse(text_, "not an address");
    return {};
  }

  Result<void> address_after(const Words& words, Mailbox& out) {
    if (words.count == 0 && scanner_.at_end()) return refuse(text_, "no address");
    if (scanner_.peek() != '@') return refuse(text_, "there is no '@' where one belongs");
    if (words.count != 1 || words.gap_after) return refuse(text_, "the part before '@' is not one word");
    if (!words.quoted && !is_dot_atom(words.phrase))
      return refuse(text_, "the part before '@' has a dot too many");
    scanner_.take('@');
    if (words.bytes > (rules_ == AddressRules::kEnvelope ? kLocalPartBytesMax : kHeaderLocalPartBytesMax)) {
      return refuse(text_, "the part before '@' is too long");
    }
    out.local_part = words.phrase;
    if (has_control(out.local_part)) return refuse(text_, "the address has a control character");
    if (scanner_.peek() == '[') {
      const auto literal = scanner_.bracketed();
      if (!literal) return refuse(text_, "the address literal is not closed");
      out.domain = ascii_lower(*literal);
      return {};
    }
    const std::string_view domain = scanner_.dotted_run();
    if (domain.empty()) return refuse(text_, "there is no domain after '@'");
    if (!is_dot_atom(domain)) return refuse(text_, "the domain has a dot too many");
    ASSIGN_OR_RETURN(out.domain, to_ascii_domain(domain));
    return {};
  }

  AddressScanner scanner_;
  std::string_view text_;
  AddressRules rules_;
};

Result<void> check_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) return refuse(text, "too long for an address");
  if (!is_valid_utf8(text)) return refuse("address", "not UTF-8 text");
  if (has_control(text)) return refuse("address", "holds a line break or another control character");
  return {};
}

/// Where the mailbox that starts at `from` ends: the next separator outside quotes, comments and angle
/// brackets.
std::size_t end_of_mailbox(std::string_view text, std::size_t from) {
  std::size_t depth = 0;
  bool quoted = false;
  bool angle = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && (quoted || depth > 0)) {
      ++i;
    } else if (quoted) {
      quoted = c != '"';
    } else if (depth > 0) {
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    } else if (c == '(') {
      depth = 1;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '<' || c == '>') {
      angle = c == '<';
    } else if (!angle && (c == ',' || c == ';' || c == ':')) {
      return i;
    }
  }
  return text.size();
}

}  // namespace

Result<Mailbox> parse_mailbox(std::string_view text, AddressRules rules) {
  RETURN_IF_ERROR(check_text(text, kMailboxTextBytesMax));
  MailboxParser parser(text, rules);
  ASSIGN_OR_RETURN(Mailbox mailbox, parser.mailbox());
  if (!parser.scanner().at_end()) return refuse(text, "there is more after the address");
  return mailbox;
}

Result<std::vector<Mailbox>> parse_mailbox_list(std::string_view text, AddressRules rules) {
  if (text.size() > kMailboxListBytesMax) return refuse(text, "too long for a list of addresses");
  std::vector<Mailbox> mailboxes;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_mailbox(text, at);
    const std::string_view one = text.substr(at, end - at);
    at = end + 1;
    if (end < text.size() && text[end] == ':') continue;  // a group's name
    if (trim(one).empty()) continue;
    if (mailboxes.size() == kMailboxesMax) return refuse(one, "one address too many in a list");
    ASSIGN_OR_RETURN(Mailbox mailbox, parse_mailbox(one, rules));
    mailboxes.push_back(std::move(mailbox));
  }
  return mailboxes;
}

Result<Mailbox> parse_address(std::string_view text) {
  if (text.empty() || text.size() > kAddressBytesMax * 4) return refuse(text, "not an address");
  if (text.front() == '<' || text.front() == '(' || is_in(text.front(), kWsp) || text.back() == ')' ||
      is_in(text.back(), kWsp)) {
    return refuse(text, "there is something round the address");
  }
  ASSIGN_OR_RETURN(Mailbox mailbox, parse_mailbox(text));
  if (!mailbox.display_name.empty() || text.back() == '>')
    return refuse(text, "there is a name before the address");
  return mailbox;
}

Result<void> check_envelope(const Mailbox& mailbox) {
  const std::string text = address_text(mailbox);
  const std::size_t local_bytes = text.size() - mailbox.domain.size() - 1;
  if (local_bytes > kLocalPartBytesMax) return refuse(text, "more than 64 octets before '@'");
  const std::size_t growth = nfc_growth(mailbox.local_part);  // a server that normalises must still take it
  if (text.size() + growth > kAddressBytesMax) return refuse(text, "longer than 254 octets");
  if (has_control(mailbox.local_part)) return refuse(text, "the address has a control character");
  if (!is_hostname(mailbox.domain) && !is_address_literal(mailbox.domain)) {
    return refuse(text, "the part after '@' is not a host name");
  }
  return {};
}

std::string address_text(const Mailbox& mailbox) {
  if (is_dot_atom(mailbox.local_part)) return mailbox.local_part + '@' + mailbox.domain;
  std::string out = "\"";
  for (const char c : mailbox.local_part) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"@" + mailbox.domain;
}

std::string format_phrase(std::string_view display_name) {
  if (needs_encoded_words(display_name) || display_name.size() > 900)
    return encode_words(display_name, WordUse::kPhrase);
  const bool atoms = std::all_of(display_name.begin(), display_name.end(),
                                 [](char c) { return is_in(c, kAtext) || c == ' '; });
  const bool spaced = display_name.find("  ") != std::string_view::npos || display_name.starts_with(' ') ||
                      display_name.ends_with(' ');
  if (atoms && !spaced) return std::string(display_name);
  std::string out = "\"";
  for (const char c : display_name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string format_mailbox(const Mailbox& mailbox) {
  if (mailbox.display_name.empty()) return address_text(mailbox);
  return format_phrase(mailbox.display_name) + " <" + address_text(mailbox) + '>';
}

bool needs_smtputf8(const Mailbox& mailbox) {
  return !is_ascii(mailbox.local_part);
}

}  // namespace postroad::mail
