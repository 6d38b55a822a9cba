#include "ingress/http/send_form.h"

#include <fmt/format.h>

#include <array>
#include <functional>

#include "admission/header_options.h"
#include "base/text.h"
#include "mail/date.h"

namespace postroad::ingress::http {
namespace {

using net::http::Field;
using net::http::Form;

std::unexpected<Error> refuse(std::string text) { return fail_permanent(ErrorCode::kInvalidArgument, std::move(text)); }

std::unexpected<Error> not_built(std::string_view name) { return refuse(fmt::format("{} is not supported yet", name)); }

/// Known, and served by a later version; a value that switches nothing on is accepted.
constexpr std::array<std::string_view, 16> kLaterOptions = {
    "o:campaign", "o:campaign-id", "o:secondary-dkim", "o:secondary-dkim-public", "o:deliver-within",
    "o:deliverytime-optimize-period", "o:time-zone-localize", "o:tracking", "o:tracking-clicks", "o:tracking-opens",
    "o:tracking-pixel-location-top", "o:require-tls", "o:skip-verification", "o:sending-ip", "o:sending-ip-pool",
    "o:archive-to"};
constexpr std::array<std::string_view, 3> kLaterParameters = {"template", "recipient-variables", "o:suppress-headers"};

/// Fields that only we write, or that the draft has of its own (design: one writer of headers).
constexpr std::array<std::string_view, 11> kOurHeaders = {"From", "To", "Cc", "Bcc", "Date", "Subject", "Received", "Return-Path",
                                                          "DKIM-Signature", "MIME-Version", "X-Mailgun-Sid"};

/// Reads the fields of one form, in order.
class SendForm {
 public:
  SendForm(const Form& form, const Clock& clock) : form_(form), clock_(clock) {}

  Result<admission::ComposedMail> read() {
    RETURN_IF_ERROR(check_required());
    for (const Field& field : form_.fields) {
      if (!field.value.empty() || field.file) RETURN_IF_ERROR(read_field(field));
    }
    if (option_bytes_ > kSendOptionBytesMax) {
      return refuse("Send options (parameters starting with o:, h:, v:, or t:) are limited to 16 kB total");
    }
    if (mail_.to.empty()) return refuse("to parameter is missing");
    if (mail_.to.size() + mail_.cc.size() + mail_.bcc.size() > kSendRecipientsMax) {
      return refuse(fmt::format("Too many recipients, max is {}", kSendRecipientsMax));
    }
    return std::move(mail_);
  }

 private:
  Result<void> check_required() const {
    if (form_.value("template") != nullptr) return not_built("template");
    if (form_.value("from") == nullptr) return refuse("from parameter is missing");
    if (form_.value("to") == nullptr) return refuse("to parameter is missing");
    if (form_.value("text") == nullptr && form_.value("html") == nullptr && form_.value("amp-html") == nullptr) {
      return refuse("Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified");
    }
    return {};
  }

  Result<void> read_field(const Field& field) {
    const std::string_view name = field.name;
    if (name == "attachment" || name == "inline") return read_file(field);
    if (name.size() > 2 && name[1] == ':' && std::string_view("ohvt").find(name[0]) != std::string_view::npos) {
      option_bytes_ += name.size() + field.value.size();
      return read_option(field);
    }
    return read_part(field);
  }

  Result<void> read_part(const Field& field) {
    const std::string_view name = field.name;
    admission::ComposedMail& mail = mail_;
    if (name == "from") return read_from(field.value);
    if (name == "to") return read_recipients(field, mail.to);
    if (name == "cc") return read_recipients(field, mail.cc);
    if (name == "bcc") return read_recipients(field, mail.bcc);
    if (name == "subject") return set_once(mail.draft.subject, field);
    if (name == "text") return set_once(mail.draft.text, field);
    if (name == "html") return set_once(mail.draft.html, field);
    if (name == "amp-html") return set_once(mail.draft.amp, field);
    if (name == "reply-to") return read_header("Reply-To", field.value);
    if (name == "in-reply-to") return read_header("In-Reply-To", field.value);
    if (name == "references") return read_header("References", field.value);
    for (const std::string_view later : kLaterParameters) {
      if (name == later) return not_built(name);
    }
    return {};  // unknown parameters are ignored
  }

  /// The first value counts, as for every parameter that is not a list.
  static Result<void> set_once(std::string& text, const Field& field) {
    if (text.empty()) text = field.value;
    return {};
  }

  Result<void> read_from(const std::string& value) {
    if (!mail_.draft.from.empty()) return refuse("from parameter is not a valid address. please check documentation");
    auto mailbox = mail::parse_mailbox(value);
    if (!mailbox) return refuse("from parameter is not a valid address. please check documentation");
    mail_.draft.from.push_back(std::move(*mailbox));
    return {};
  }

  static Result<void> read_recipients(const Field& field, std::vector<mail::Mailbox>& into) {
    auto list = mail::parse_mailbox_list(field.value);
    if (!list || list->empty()) {
      return refuse(fmt::format("{} parameter is not a valid address. please check documentation", field.name));
    }
    if (into.size() + list->size() > kSendRecipientsMax) {
      return refuse(fmt::format("Too many recipients, max is {}", kSendRecipientsMax));
    }
    into.insert(into.end(), std::make_move_iterator(list->begin()), std::make_move_iterator(list->end()));
    return {};
  }

  Result<void> read_file(const Field& field) {
    const bool unnamed = !field.file || field.file->filename.empty();
    if (unnamed && field.value.empty()) return {};
    if (!field.file) return refuse(fmt::format("'{}' parameter is not a file", field.name));
    const std::string& path = field.file->filename;
    const std::size_t slash = path.find_last_of("/\\");
    mail::Attachment file;
    file.filename = slash == std::string::npos ? path : path.substr(slash + 1);
    file.content_type = field.file->content_type;
    file.bytes = field.value;
    (field.name == "inline" ? mail_.draft.inlines : mail_.draft.attachments).push_back(std::move(file));
    return {};
  }

  Result<void> read_option(const Field& field) {
    const std::string_view name = std::string_view(field.name).substr(2);
    switch (field.name[0]) {
      case 'h': return read_header(name, field.value);
      case 'v': mail_.options.variables.emplace_back(name, field.value); return {};
      case 't': return not_built(field.name);
      default: return read_o(field);
    }
  }

  Result<void> read_o(const Field& field) {
    const std::string_view name = field.name;
    if (name == "o:tag") {
      mail_.options.tags.push_back(field.value);
      return {};
    }
    if (name == "o:dkim") return read_switch(field, mail_.options.sign_dkim);
    if (name == "o:testmode") return read_switch(field, mail_.options.test_mode);
    if (name == "o:deliverytime") return read_delivery_time(field.value);
    for (const std::string_view later : kLaterOptions) {
      if (name == later && admission::parse_switch(field.value) != false) return not_built(name);
    }
    if (name == "o:suppress-headers") return not_built(name);
    return {};  // unknown options are ignored
  }

  static Result<void> read_switch(const Field& field, bool& into) {
    const std::optional<bool> on = admission::parse_switch(field.value);
    if (!on) return refuse(fmt::format("{}: '{}' is neither yes nor no", field.name, field.value));
    into = *on;
    return {};
  }

  /// A time gone by means now; later times are a later version's.
  Result<void> read_delivery_time(const std::string& value) const {
    const std::optional<mail::UnixSeconds> at = mail::parse_api_date(value);
    if (!at) return refuse(fmt::format("{} is not an RFC-2822 compliant date", value));
    if (*at > clock_.wall()) return not_built("o:deliverytime");
    return {};
  }

  Result<void> read_header(std::string_view name, const std::string& value) {
    if (!mail::is_field_name(name)) return refuse(fmt::format("Header name must be pure ASCII: {}", name));
    const bool ours = std::ranges::any_of(kOurHeaders, [&](std::string_view own) { return ascii_iequals(own, name); });
    if (ours || ascii_istarts_with(name, "Content-")) return refuse(fmt::format("header {} cannot be set by h:", name));
    if (value.find_first_of(std::string_view("\0\v\f", 3)) != std::string::npos) {
      return refuse(fmt::format("header {}: control character", name));
    }
    if (ascii_iequals(name, "Message-Id")) return read_message_id(value);
    if (ascii_iequals(name, "Reply-To")) return read_reply_to(value);
    if (ascii_istarts_with(name, "X-Mailgun-")) return read_mailgun_header(name, value);
    mail_.draft.headers.emplace_back(name, value);
    return {};
  }

  Result<void> read_message_id(std::string_view value) {
    value = trim(value);
    if (value.starts_with('<') && value.ends_with('>') && value.size() > 2) value = value.substr(1, value.size() - 2);
    bool good = !value.empty() && value.size() <= kMessageIdBytesMax && value.find('@') != std::string_view::npos;
    for (const char c : value) good = good && c > 0x20 && c < 0x7f && c != '<' && c != '>';
    if (!good) return refuse("h:Message-Id is not a message id");
    mail_.draft.message_id = value;
    return {};
  }

  Result<void> read_reply_to(const std::string& value) {
    auto list = mail::parse_mailbox_list(value, mail::AddressRules::kHeader);
    if (!list || list->empty()) return refuse("h:Reply-To is not a valid address");
    if (mail_.draft.reply_to.empty()) mail_.draft.reply_to = std::move(*list);
    return {};
  }

  /// The same meaning as in a submitted message.
  Result<void> read_mailgun_header(std::string_view name, const std::string& value) {
    if (value.find_first_of("\r\n") != std::string::npos) return refuse(fmt::format("header {}: line break", name));
    const std::string message = fmt::format("{}: {}\r\n\r\n", name, value);
    return admission::read_header_options(mail::HeaderBlock::scan(message), mail_.options);
  }

  static constexpr std::size_t kMessageIdBytesMax = 250;

  const Form& form_;
  const Clock& clock_;
  admission::ComposedMail mail_{};
  std::size_t option_bytes_ = 0;
};

}  // namespace

Result<admission::ComposedMail> read_send_form(const Form& form, const Clock& clock) { return SendForm(form, clock).read(); }

}  // namespace postroad::ingress::http
