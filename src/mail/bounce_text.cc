#include "mail/bounce_text.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mail/address.h"
#include "mail/characters.h"
#include "mail/delivery_status.h"

namespace postroad::mail {
namespace {

template <std::size_t N>
bool contains_any(std::string_view text, const std::array<std::string_view, N>& phrases) {
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](std::string_view p) { return text.find(p) != std::string_view::npos; });
}

/// Lower case, letters and digits with single spaces: "--- Original message -----" is "original message".
std::string bare_words(std::string_view line) {
  std::string out;
  for (const char c : line) {
    const char lower = ascii_lower(c);
    const bool word = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || is_in(c, kText8);
    if (word) out += lower;
    if (!word && !out.empty() && out.back() != ' ') out += ' ';
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string lower_flat(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!space) out += ascii_lower(c);
    if (space && !out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

constexpr auto kOriginalFollows = std::to_array<std::string_view>({
    "this is a copy of the message",
    "below this line is a copy",
    "below the next line is a copy",
    "original message follows",
    "message header follows",
    "message headers follow",
    "unsent message follows",
    "returned mail follows",
    "returned message",
    "message text follows",
    "the header of the original",
    "copy of the message header",

    "is a copy of the original message",
    "original message as received",
    "unsent message below",
    "original message below",
    "message follows",
    "original mail header",
    "the following is a copy",
    "returned message follows",
    "old message",
    "message header",
    "copy of the original",
    "headers of the original message",
    "first part of the message",
    "the original message follows",

});

bool announces_original(std::string_view line) {
  if (line.size() > 200) return false;
  const std::string words = bare_words(line);
  if (words == "original message" || words == "undelivered message" || words == "original headers" ||
      words == "your original message" || words == "message headers")
    return true;
  if (words.starts_with("the original message was") || words.starts_with("delivered message") ||
      words.find("original message was received") != std::string::npos)
    return false;
  return words.size() < 90 && contains_any(words, kOriginalFollows);
}

bool is_header_of_original(std::string_view line) {
  return ascii_istarts_with(line, "Return-Path:") || ascii_istarts_with(line, "Received: from ") ||
         ascii_istarts_with(line, "Received: by ") || ascii_istarts_with(line, "Message-Id:") ||
         ascii_istarts_with(line, ">Return-Path:") || ascii_istarts_with(line, "DKIM-Signature:");
}

bool is_address_char(char c) {
  return is_in(c, kAtext | kText8) || c == '.';
}
bool is_domain_char(char c) {
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || is_in(c, kText8);
}

struct Found {
  std::size_t begin, end;
};

/// The next address at or after `from`; false when there is none. Linear over all calls together.
bool next_address(std::string_view text, std::size_t from, Found& found) {
  for (std::size_t at = text.find('@', from); at != std::string_view::npos; at = text.find('@', at + 1)) {
    std::size_t begin = at;
    if (begin > from && text[begin - 1] == '"') {
      const std::size_t quote = text.substr(from, begin - 1 - from).rfind('"');
      if (quote != std::string_view::npos && begin - from - quote < 70) begin = from + quote;
    } else {
      while (begin > from && is_address_char(text[begin - 1]) && at - begin < 128) --begin;
      while (begin < at && (text[begin] == '.' || text[begin] == '\'' || text[begin] == '*' ||
                            text[begin] == '=' || text[begin] == '-'))
        ++begin;
    }
    std::size_t end = at + 1;
    while (end < text.size() && is_domain_char(text[end]) && end - at < 255) ++end;
    while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
    if (const std::string_view local = text.substr(begin, at - begin); ascii_istarts_with(local, "smtp="))
      begin += 5;
    if (begin == at || end == at + 1) continue;
    if (text.substr(at + 1, end - at - 1).find('.') == std::string_view::npos &&
        (end >= text.size() || text[end] != '>'))
      continue;
    found = {begin, end};
    return true;
  }
  return false;
}

/// An address that opens the line, after spaces, bullets, quotes or a bracket.
bool opening_address(std::string_view line, Found& found) {
  const std::size_t start = line.find_first_not_of(" \t>*\"'<-");
  if (start == std::string_view::npos || !next_address(line, start, found) || found.begin != start) {
    return start != std::string_view::npos && next_address(line, start > 0 ? start - 1 : 0, found) &&
           found.begin + 1 == start;
  }
  return true;
}

constexpr auto kContact = std::to_array<std::string_view>(
    {"contact", "assistance", "send mail to", "questions", "please include", "support", "report to",
     "please email", "forward this", "mail from", "from:", "sender:", "http://", "https://", "mailto:"});

constexpr auto kDeliverySentences = std::to_array<std::string_view>({
    "deliver",  "recipient",    "unknown user", "user unknown", "failed",    "rcpt to",   "undeliverable",
    "was not",  "intended for", "no such user", "mailbox",      "could not", "not reach", "address",
    "returned", "unknown",      "quota",        "errors:",      "error",     "to:",       "doesn't",
    "does not", "not found",    "rejected",     "unable",       "invalid",
});

constexpr auto kAnnouncements = std::to_array<std::string_view>(
    {"did not reach the following recipient", "following recipient(s):", "following recipients:",
     "following address(es):", "not delivered to the following"});

constexpr auto kListAnnounced = std::to_array<std::string_view>({"the following", "these recipients", "these addresses"});

class TextReader {
 public:
  TextReader(std::string_view report, const std::vector<std::string>& senders, std::string_view reporter_domain)
      : report_(report.substr(0, kBounceTextBytesMax)), senders_(senders), reporter_domain_(reporter_domain) {}

  std::vector<FailedRecipient> read() {
    by_opening_lines();
    if (out_.empty()) by_local_names();
    if (out_.empty()) by_sentences(after_announcement());
    if (out_.empty()) by_sentences(0);
    for (FailedRecipient& recipient : out_) {
      if (recipient.diagnostic.size() > kDiagnosticBytesMax) recipient.diagnostic.resize(kDiagnosticBytesMax);
    }
    return std::move(out_);
  }

 private:
  bool is_sender(std::string_view address) const {
    return std::any_of(senders_.begin(), senders_.end(),
                       [&](const std::string& s) { return ascii_iequals(s, address); });
  }

  FailedRecipient* known(std::string_view address) {
    for (FailedRecipient& recipient : out_) {
      if (ascii_iequals(recipient.address, address)) return &recipient;
    }
    return nullptr;
  }

  FailedRecipient* add(std::string_view address) {
    if (FailedRecipient* same = known(address)) return same;
    if (out_.size() >= kBounceRecipientsMax) return nullptr;
    out_.push_back({std::string(address), {}});
    return &out_.back();
  }

  void by_opening_lines() {
    std::size_t current = kNone;
    bool introduces_sender = false;  // "A message sent by", and the address on the next line
    for (const std::string_view raw : split(report_, '\n')) {
      const std::string_view line = trim(raw);
      Found found{};
      if (line.find('@') != std::string_view::npos && opening_address(raw, found)) {
        const std::string_view address = raw.substr(found.begin, found.end - found.begin);
        if (!is_sender(address) && !introduces_sender) {
          FailedRecipient* recipient = add(address);
          current = recipient == nullptr ? kNone : static_cast<std::size_t>(recipient - out_.data());
        }
        append(current, trim(raw.substr(found.end)));
        continue;
      }
      if (!line.empty()) introduces_sender = ascii_lower(line).ends_with("sent by");
      append(current, line);
    }
    // Where reasons stand before or after the list, they are everyone's.
    for (FailedRecipient& recipient : out_) {
      if (!reply_code_in(recipient.diagnostic) && recipient.diagnostic.size() < 20)
        recipient.diagnostic += ' ' + joined();
    }
  }

  void append(std::size_t current, std::string_view line) {
    while (line.starts_with('>') || line.starts_with(':') || line.starts_with('"') || line.starts_with(','))
      line = trim(line.substr(1));
    if (current == kNone || line.empty() || out_[current].diagnostic.size() > kDiagnosticBytesMax) return;
    std::string& diagnostic = out_[current].diagnostic;
    if (!diagnostic.empty()) diagnostic += ' ';
    diagnostic += line;
  }

  std::string joined() const {
    std::string out;
    for (const std::string_view line : split(report_.substr(0, kDiagnosticBytesMax), '\n')) {
      if (trim(line).empty()) continue;
      if (!out.empty()) out += ' ';
      out += trim(line);
    }
    return out;
  }

  /// "…to the following recipients could not be delivered:", then lines of one name each, with or without a reason after it.
  void by_local_names() {
    if (reporter_domain_.empty()) return;
    bool listed = false;
    for (const std::string_view raw : split(report_, '\n')) {
      const std::string_view line = trim(raw);
      if (line.empty()) continue;
      const std::string_view name = listed ? local_name_of(raw) : std::string_view{};
      if (!name.empty()) {
        if (FailedRecipient* recipient = add(std::string(name) + '@' + std::string(reporter_domain_))) recipient->diagnostic = joined();
        continue;
      }
      if (!out_.empty()) return;
      const std::string lower = lower_flat(line);
      listed = line.ends_with(':') && contains_any(lower, kListAnnounced) && contains_any(lower, kDeliverySentences);
    }
  }

  /// The first word of an indented line, when it can be a mailbox's name and is alone or two spaces away from what follows.
  static std::string_view local_name_of(std::string_view raw) {
    if (raw.empty() || !is_in(raw[0], kWsp)) return {};
    const std::string_view line = trim(raw);
    std::size_t end = 0;
    while (end < line.size() && is_address_char(line[end])) ++end;
    const std::string_view rest = line.substr(end);
    if (end > kLocalPartBytesMax || !(rest.empty() || rest.starts_with("  ") || rest.starts_with('\t'))) return {};
    return line.substr(0, end);
  }

  void by_sentences(std::size_t from) {
    const std::string everything = joined();
    std::string before = from > 0 ? "following recipients" : "";
    for (const std::string_view raw : split(report_.substr(from), '\n')) {
      const std::string lower = lower_flat(raw);
      const bool about_delivery =
          contains_any(lower, kDeliverySentences) || contains_any(before, kDeliverySentences);
      const bool contact = contains_any(lower, kContact) && lower.find("rcpt to") == std::string::npos;
      if (about_delivery && !contact) {
        for (const std::string& address : addresses_in(raw)) {
          if (is_sender(address)) continue;
          if (FailedRecipient* recipient = add(address)) recipient->diagnostic = everything;
        }
      }
      if (!lower.empty()) before = lower;
    }
  }

  /// Where the list of failed recipients begins, if a line says so: what stands before quotes the message.
  std::size_t after_announcement() const {
    std::size_t at = 0;
    while (at < report_.size()) {
      const std::size_t newline = report_.find('\n', at);
      const std::size_t end = newline == std::string_view::npos ? report_.size() : newline + 1;
      if (contains_any(lower_flat(report_.substr(at, end - at)), kAnnouncements)) return end;
      at = end;
    }
    return 0;
  }

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::string_view report_;
  const std::vector<std::string>& senders_;
  const std::string_view reporter_domain_;
  std::vector<FailedRecipient> out_;
};

constexpr auto kBounceWords = std::to_array<std::string_view>({
    "could not be delivered",
    "couldn't be delivered",
    "was not delivered",
    "wasn't able to deliver",
    "not able to deliver",
    "unable to deliver",
    "delivery failed",
    "delivery has failed",
    "delivery to the following",
    "undeliverable",
    "undelivered",
    "non-delivery",
    "delivery failure",
    "failure notice",
    "returned mail",
    "mail delivery failed",
    "delivery status notification",
    "did not reach",
    "returned to sender",
    "permanent error",
    "permanent fatal error",
    "delivery error",
    "mail delivery",
    "could not deliver",
    "error delivering",
    "had delivery problems",
    "delivery problem",
    "failed to deliver",
    "message delivery",
    "transcript of session",
    "failed addresses",
    "unknown user",
    "user unknown",
    "no such user",
    "invalid user address",
    "mailbox exceeds",
    "returned because",
    "rejected by",
    "did not receive",
    "non delivery",
    "delivery report",
    "unzustellbar",
    "could not be reached",
    "failed mail",
    "not accepting mail",
    "cannot be delivered",
    "can't be delivered",
    "not be delivered",
    "returned mail",
    "trouble delivering",
    "attempting to deliver",
    "trying to deliver",
    "undeliverable mail",
    "has been delayed",
    "delivery delayed",
    "message delayed",
    "account is no longer",
    "no longer valid",
    "does not exist",
    "mailbox is full",
    "not accepted",
    "has been returned",
});

constexpr auto kDelayWords = std::to_array<std::string_view>({
    "has been delayed",
    "delivery is delayed",
    "delayed mail",
    "still being retried",
    "will be retried",
    "will continue to try",
    "this is a warning only",
    "warning message only",
    "warning: could not send",
    "not yet been delivered",
    "will keep trying",
    "delivery delayed",
    "message delayed",
    "delivery attempts will continue",
    "(delay)",
    "temporary failure",
    "you do not need to resend",
    "do not need to resend",
    "will continue for",
});

}  // namespace

ReportText split_report(std::string_view text) {
  bool seen_text = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t newline = text.find('\n', at);
    const std::size_t end = newline == std::string_view::npos ? text.size() : newline + 1;
    const std::string_view line = trim(text.substr(at, end - at));
    if (seen_text && (announces_original(line) || is_header_of_original(line)))
      return {text.substr(0, at), text.substr(at)};
    seen_text = seen_text || !line.empty();
    at = end;
  }
  return {text, {}};
}

std::vector<FailedRecipient> read_bounce_text(std::string_view report, const std::vector<std::string>& senders,
                                              std::string_view reporter_domain) {
  return TextReader(report, senders, reporter_domain).read();
}

bool reads_like_bounce(std::string_view text) {
  return contains_any(lower_flat(text.substr(0, kBounceTextBytesMax)), kBounceWords);
}
bool reads_like_delay(std::string_view text) {
  return contains_any(lower_flat(text.substr(0, kBounceTextBytesMax)), kDelayWords);
}

std::vector<std::string> addresses_in(std::string_view text) {
  std::vector<std::string> out;
  Found found{};
  for (std::size_t at = 0; out.size() < kBounceRecipientsMax && next_address(text, at, found);
       at = found.end) {
    out.emplace_back(text.substr(found.begin, found.end - found.begin));
  }
  return out;
}

}  // namespace postroad::mail
