#include "mail/bounce.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mail/address_header.h"
#include "mail/bounce_text.h"
#include "mail/charset.h"
#include "mail/delivery_status.h"
#include "mail/encoded_word.h"
#include "mail/html/text.h"

namespace postroad::mail {
namespace {

std::string field_text(const HeaderBlock& header, std::string_view name) {
  const HeaderField* field = header.find(name);
  return field == nullptr ? std::string() : decode_words(trim(field->value));
}

bool mentions(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool from_mail_system(const HeaderBlock& header) {
  const std::string from = ascii_lower(field_text(header, "From"));
  const std::string path = ascii_lower(field_text(header, "Return-Path"));
  return mentions(from, {"mailer-daemon", "postmaster", "post_master", "mail delivery", "mail.delivery",
                         "mail deliver", "mdaemon", "mailer_daemon", "delivery subsystem", "mailerdaemon",
                         "mail-daemon", "<>"}) ||
         from.empty() || path == "<>" || path.starts_with("<mailer-daemon");
}

bool subject_of_auto_reply(std::string_view subject) {
  const std::string lower = ascii_lower(subject);
  for (const std::string_view start :
       {"automatic reply", "auto reply", "auto-reply", "autoreply", "auto:", "auto response", "autoresponse",
        "automatische antwort", "out of office", "out-of-office", "réponse automatique", "vacation",
        "away from", "abwesen", "i am away", "away until"}) {
    if (lower.starts_with(start)) return true;
  }
  return mentions(lower, {"out of office", "out of the office", "autoreply:", "auto-reply:"});
}

/// "Re: …" as people's programs write it. Mail systems name what failed instead.
bool is_reply_subject(std::string_view subject) {
  const std::string lower = ascii_lower(subject);
  for (const std::string_view start : {"re", "aw", "antw", "sv", "vs", "rv", "res", "odp", "ynt", "ref", "fwd", "fw", "wg", "tr", "rif", "回复", "答复"}) {
    if (!lower.starts_with(start)) continue;
    const std::string_view rest = trim(std::string_view(lower).substr(start.size()));
    if (rest.starts_with(':') || rest.starts_with("\xef\xbc\x9a") || rest.starts_with('[')) return true;
  }
  return false;
}

/// X.400 names and hosts known only inside the reporting system tell the sender nothing.
bool is_internet_address(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at != std::string_view::npos && address.find('.', at) != std::string_view::npos;
}

std::string without_brackets(std::string id) {
  if (id.starts_with('<') && id.find('>') != std::string::npos) id = id.substr(1, id.find('>') - 1);
  return id;
}

class Classifier {
 public:
  explicit Classifier(const MimeMessage& message) : message_(message), header_(message.header()) {}

  BounceReport classify() {
    collect();
    if (!statuses_.recipients.empty()) {
      from_status();
    } else {
      from_prose();
    }
    if (!report_.bounce && !machine_readable_) report_.auto_reply = is_automatic(header_) && !from_list();
    if (report_.auto_reply) report_.recipients.clear();
    return std::move(report_);
  }

 private:
  bool from_list() const { return header_.find("List-Id") != nullptr; }

  /// Sorts the parts into the words of the mail system, machine-readable status, and the returned message.
  void collect() {
    for (std::size_t i = 0; i < message_.parts.size(); ++i) {
      const MimePart& part = message_.parts[i];
      if (part.is_multipart()) continue;
      const std::string& type = part.type.value;
      if (type == "message/delivery-status" || type == "message/global-delivery-status") {
        machine_readable_ = true;
        merge(parse_delivery_status(part.content()));
      } else if (type == "message/rfc822" || type == "text/rfc822-headers" || type == "message/global" ||
                 type == "message/rfc822-headers" || type == "message/global-headers") {
        if (original_.empty()) original_ = part.content();
      } else if (type == "text/plain" && part.disposition != "attachment" &&
                 words_.size() < kBounceTextBytesMax) {
        words_ += part.text() + '\n';
      } else if (type == "text/html" && html_.empty()) {
        html_ = part.text();
      }
    }
    if (trim(words_).empty()) words_ = html::to_text(html_);
    const ReportText split = split_report(words_);
    if (original_.empty()) original_ = std::string(split.original);
    words_.resize(split.report.size());  // `split` looked into it
    if (!machine_readable_)
      merge(parse_delivery_status(message_.parts[0].is_multipart() ? words_ : words_ + original_));
    if (!machine_readable_ && statuses_.recipients.empty()) look_inside();
    const std::size_t header_at = original_.find("Message-I");
    const HeaderBlock quoted = HeaderBlock::scan(original_);
    report_.original_message_id = without_brackets(field_text(quoted, "Message-Id"));
    if (report_.original_message_id.empty() && header_at != std::string::npos) {
      report_.original_message_id = without_brackets(
          field_text(HeaderBlock::scan(std::string_view(original_).substr(header_at)), "Message-Id"));
    }
  }

  /// A gateway may hand a report on as an attachment: one level down, and only a report.
  void look_inside() {
    const HeaderBlock inner_header = HeaderBlock::scan(original_);
    if (ascii_lower(field_text(inner_header, "Content-Type")).find("multipart/report") == std::string::npos)
      return;
    const MimeMessage inner = parse_mime(original_);
    for (const MimePart& part : inner.parts) {
      if (part.type.value == "message/delivery-status") merge(parse_delivery_status(part.content()));
    }
  }

  void merge(DeliveryStatus status) {
    for (RecipientStatus& recipient : status.recipients) {
      const bool usable = !recipient.action.empty() || recipient.status;
      if (usable) statuses_.recipients.push_back(std::move(recipient));
    }
  }

  void from_status() {
    for (RecipientStatus& from : statuses_.recipients) {
      BouncedRecipient to;
      to.address = is_internet_address(from.address) || from.original_address.empty()
                       ? std::move(from.address)
                       : from.original_address;
      to.original_address = std::move(from.original_address);
      to.action = from.action.empty() ? (from.status && from.status->status == 4 ? "delayed" : "failed")
                                      : from.action;
      to.status = from.status;
      to.diagnostic = std::move(from.diagnostic);
      fill(to, to.diagnostic);
      report_.bounce =
          report_.bounce || to.action == "failed" || to.action == "delayed" || to.action == "expired";
      report_.recipients.push_back(std::move(to));
    }
  }

  /// Codes, class and reason from the words, where the report has no fields for them.
  void fill(BouncedRecipient& to, std::string_view words) {
    to.reply_code = reply_code_in(words);
    const auto quoted = find_enhanced_code(words, true);
    if (!to.status) to.status = quoted;
    if (to.status) {
      to.status_class = to.status->status;
    } else if (to.reply_code) {
      to.status_class = *to.reply_code / 100;
    }
    to.reason = bounce_reason(words, to.status, to.reply_code);
    if (!to.status && !to.reply_code) to.status_class = to.action == "delayed" ? 4 : 5;
  }

  std::vector<std::string> senders() const {
    std::vector<std::string> out;
    for (const std::string_view name :
         {"From", "To", "Return-Path", "Delivered-To", "Envelope-To", "Reply-To"}) {
      for (const HeaderField& field : header_.fields()) {
        if (!ascii_iequals(field.name, name)) continue;
        for (std::string& address : addresses_in(field.value)) out.push_back(std::move(address));
      }
    }
    return out;
  }

  /// Of the mail system that wrote this; empty when that is not one, or not to be seen.
  std::string reporter_domain() const {
    const std::vector<std::string> from = addresses_in(field_text(header_, "From"));
    if (from.empty() || !from_mail_system(header_)) return {};
    return from.front().substr(from.front().find('@') + 1);
  }

  void from_prose() {
    const std::string subject = field_text(header_, "Subject");
    const bool said = reads_like_bounce(subject) || reads_like_bounce(words_);
    const bool delayed = reads_like_delay(subject) || reads_like_delay(words_);
    const bool reported = machine_readable_ || header_.find("X-Failed-Recipients") != nullptr;
    const std::string report_type = report_type_of(message_.parts[0]);
    if (!reported && report_type != "delivery-status" &&
        !(from_mail_system(header_) ? (said || delayed) : said && strongly_said(subject) && (!is_reply_subject(subject) || reads_like_bounce(subject))))
      return;
    if (subject_of_auto_reply(subject)) return;
    std::vector<FailedRecipient> failed = read_bounce_text(words_, senders(), reporter_domain());
    if (const HeaderField* field = header_.find("X-Failed-Recipients"))
      add_missing(failed, addresses_in(field->value));
    if (failed.empty()) add_missing(failed, original_recipients());
    if (failed.empty()) failed = read_bounce_text(words_, {});
    for (FailedRecipient& recipient : failed) {
      BouncedRecipient to;
      to.address = repaired_utf8(recipient.address);
      to.diagnostic = repaired_utf8(recipient.diagnostic);
      to.action = delayed ? "delayed" : "failed";
      fill(to, to.diagnostic);
      report_.recipients.push_back(std::move(to));
    }
    report_.bounce = !report_.recipients.empty() || reported;
  }

  /// Words no human writes to another, for reports that do not come from a mailer's address.
  bool strongly_said(std::string_view subject) const {
    const std::string lower = ascii_lower(words_);
    return mentions(lower, {"unable to deliver", "could not be delivered", "did not reach the following",
                            "delivery failed", "mailbox is full", "non-delivery report", "undeliverable",
                            "not be delivered", "delivery has failed", "not accept mail", "rejected by",
                            "user unknown", "no such user"}) ||
           reads_like_bounce(subject);
  }

  static std::string report_type_of(const MimePart& part) {
    const std::string* type = part.type.parameter("report-type");
    return part.type.value == "multipart/report" && type != nullptr ? ascii_lower(*type) : std::string();
  }

  void add_missing(std::vector<FailedRecipient>& failed, std::vector<std::string> addresses) const {
    for (std::string& address : addresses) {
      const bool there = std::any_of(failed.begin(), failed.end(), [&](const FailedRecipient& f) {
        return ascii_iequals(f.address, address);
      });
      if (!there) failed.push_back({std::move(address), words_.substr(0, kDiagnosticBytesMax)});
    }
  }

  /// Who the returned message was for.
  std::vector<std::string> original_recipients() const {
    for (std::size_t at = 0; at < original_.size();) {
      const std::size_t newline = original_.find('\n', at);
      const std::size_t end = newline == std::string::npos ? original_.size() : newline + 1;
      const std::string_view line = trim(std::string_view(original_).substr(at, end - at));
      if (ascii_istarts_with(line, "To:")) return addresses_in(line);
      at = end;
    }
    return {};
  }

  const MimeMessage& message_;
  const HeaderBlock& header_;
  BounceReport report_;
  DeliveryStatus statuses_;
  bool machine_readable_ = false;
  std::string words_, html_, original_;
};

}  // namespace

bool is_automatic(const HeaderBlock& header) {
  const std::string submitted = ascii_lower(field_text(header, "Auto-Submitted"));
  if (!submitted.empty() && !submitted.starts_with("no")) return true;
  for (const std::string_view name : {"X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress-Reply",
                                      "X-Autoresponder", "X-Auto-Reply"}) {
    if (header.find(name) != nullptr) return true;
  }
  const std::string precedence = ascii_lower(field_text(header, "Precedence"));
  if (precedence == "auto_reply" || precedence == "auto-reply" || precedence == "vacation") return true;
  return subject_of_auto_reply(field_text(header, "Subject"));
}

bool must_not_be_answered(const HeaderBlock& header) {
  const std::string precedence = ascii_lower(field_text(header, "Precedence"));
  return is_automatic(header) || precedence == "bulk" || precedence == "list" || precedence == "junk" ||
         header.find("List-Id") != nullptr || header.find("List-Post") != nullptr ||
         header.find("X-Loop") != nullptr;
}

BounceReport classify_bounce(const MimeMessage& message) {
  return Classifier(message).classify();
}

}  // namespace postroad::mail
