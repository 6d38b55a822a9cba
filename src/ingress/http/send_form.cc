#include "ingress/http/send_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "admission/header_options.h"
#include "base/text.h"
#include "mail/date.h"

namespace postroad::ingress::http {
namespace {

using net::http::Field;
using net::http::Form;

std::unexpected<Error> refuse(std::string text) { return fail_permanent(ErrorCode::kInvalidArgument, std::move(text)); }

std::unexpected<Error> not_built(std::string_view name) { return refuse(fmt::format("{} is not supported yet", name)); }

/// Fields that only we write, or that the draft has of its own (design: one writer of headers).
constexpr std::array<std::string_view, 11> kOurHeaders = {"From", "To", "Cc", "Bcc", "Date", "Subject", "Received", "Return-Path",
                                                          "DKIM-Signature", "MIME-Version", "X-Mailgun-Sid"};

constexpr std::string_view kNotAnAddress = "parameter is not a valid address. please check documentation";

/// What options and headers of a form ask for, whichever way the message comes.
struct Asked {
  admission::SendOptions options;
  std::vector<std::pair<std::string, std::string>> headers;  ///< `h:`, but for the next two.
  std::string message_id;
  std::vector<mail::Mailbox> reply_to;
  std::optional<std::string> recipient_variables;
};

/// Reads `o:`, `h:`, `v:` and `t:`, in order.
class OptionReader {
 public:
  OptionReader(const Form& form, const Clock& clock) : form_(form), now_(clock.wall()) {}

  Result<Asked> read() {
    if (form_.value("template") != nullptr) {
      if (form_.value("html") != nullptr) return refuse("Only one parameters 'html' or 'template' is allowed");
      return not_built("template");
    }
    for (const Field& field : form_.fields) {
      if (!field.value.empty()) RETURN_IF_ERROR(read_field(field));
    }
    if (bytes_ > kSendOptionBytesMax) {
      return refuse("Send options (parameters starting with o:, h:, v:, or t:) are limited to 16 kB total");
    }
    return std::move(asked_);
  }

 private:
  Result<void> read_field(const Field& field) {
    const std::string_view name = field.name;
    const bool option = name.size() > 2 && name[1] == ':' && std::string_view("ohvt").find(name[0]) != std::string_view::npos;
    if (option) {
      bytes_ += name.size() + field.value.size();
      return read_option(field);
    }
    if (name == "reply-to") return read_header("Reply-To", field.value);
    if (name == "in-reply-to") return read_header("In-Reply-To", field.value);
    if (name == "references") return read_header("References", field.value);
    if (name == "recipient-variables") asked_.recipient_variables = field.value;
    return {};  // what is no option is read elsewhere, or ignored
  }

  Result<void> read_option(const Field& field) {
    const std::string_view name = std::string_view(field.name).substr(2);
    switch (field.name[0]) {
      case 'h': return read_header(name, field.value);
      case 'v': asked_.options.variables.emplace_back(name, field.value); return {};
      case 't': return not_built(field.name);
      default: return admission::read_option(name, field.name, field.value, now_, asked_.options);
    }
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
    if (ascii_iequals(name, "X-Mailgun-Recipient-Variables")) {
      if (!asked_.recipient_variables) asked_.recipient_variables = value;
      return {};
    }
    if (ascii_istarts_with(name, "X-Mailgun-")) return read_mailgun_header(name, value);
    asked_.headers.emplace_back(name, value);
    return {};
  }

  Result<void> read_message_id(std::string_view value) {
    value = trim(value);
    if (value.starts_with('<') && value.ends_with('>') && value.size() > 2) value = value.substr(1, value.size() - 2);
    bool good = !value.empty() && value.size() <= kMessageIdBytesMax && value.find('@') != std::string_view::npos;
    for (const char c : value) good = good && c > 0x20 && c < 0x7f && c != '<' && c != '>';
    if (!good) return refuse("h:Message-Id is not a message id");
    asked_.message_id = value;
    return {};
  }

  Result<void> read_reply_to(const std::string& value) {
    auto list = mail::parse_mailbox_list(value, mail::AddressRules::kHeader);
    if (!list || list->empty()) return refuse("h:Reply-To is not a valid address");
    if (asked_.reply_to.empty()) asked_.reply_to = std::move(*list);
    return {};
  }

  /// The same meaning as in a submitted message.
  Result<void> read_mailgun_header(std::string_view name, const std::string& value) {
    if (value.find_first_of("\r\n") != std::string::npos) return refuse(fmt::format("header {}: line break", name));
    const std::string message = fmt::format("{}: {}\r\n\r\n", name, value);
    return admission::read_header_options(mail::HeaderBlock::scan(message), now_, asked_.options);
  }

  static constexpr std::size_t kMessageIdBytesMax = 250;

  const Form& form_;
  const WallTime now_;
  Asked asked_;
  std::size_t bytes_ = 0;
};

Result<mail::Mailbox> read_from(const Form& form) {
  const auto is_from = [](const Field& field) { return field.name == "from" && !field.value.empty(); };
  const auto many = std::ranges::count_if(form.fields, is_from);
  auto mailbox = mail::parse_mailbox(*form.value("from"));
  if (!mailbox || many > 1) return refuse(fmt::format("from {}", kNotAnAddress));
  return *std::move(mailbox);
}

/// The second file of a name takes the place of the first, for HTML can only mean one of them.
Result<void> read_file(const Field& field, mail::MessageDraft& draft) {
  const bool unnamed = !field.file || field.file->filename.empty();
  if (unnamed && field.value.empty()) return {};
  if (!field.file) return refuse(fmt::format("'{}' parameter is not a file", field.name));
  const std::string& path = field.file->filename;
  const std::size_t slash = path.find_last_of("/\\");
  mail::Attachment file;
  file.filename = slash == std::string::npos ? path : path.substr(slash + 1);
  file.content_type = field.file->content_type;
  file.bytes = field.value;
  if (field.name != "inline") {
    draft.attachments.push_back(std::move(file));
    return {};
  }
  std::erase_if(draft.inlines, [&](const mail::Attachment& one) { return one.filename == file.filename; });
  draft.inlines.push_back(std::move(file));
  return {};
}

/// The first value counts, as for every parameter that is not a list.
std::string first_value(const Form& form, std::string_view name) {
  const std::string* value = form.value(name);
  return value == nullptr ? std::string() : *value;
}

Result<void> check_required(const Form& form) {
  if (form.value("from") == nullptr) return refuse("from parameter is missing");
  if (form.value("to") == nullptr) return refuse("to parameter is missing");
  if (form.value("text") == nullptr && form.value("html") == nullptr && form.value("amp-html") == nullptr) {
    return refuse("Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified");
  }
  return {};
}

std::unexpected<Error> too_many() { return refuse(fmt::format("Too many recipients, max is {}", kSendRecipientsMax)); }

std::string joined(const std::vector<mail::Mailbox>& mailboxes) {
  std::string text;
  for (const mail::Mailbox& mailbox : mailboxes) {
    if (!text.empty()) text += ", ";
    text += mail::format_mailbox(mailbox);
  }
  return text;
}

}  // namespace

Result<std::vector<mail::Mailbox>> read_recipients(const Form& form, std::string_view name) {
  std::vector<mail::Mailbox> all;
  for (const Field& field : form.fields) {
    if (field.name != name || field.value.empty()) continue;
    auto list = mail::parse_mailbox_list(field.value);
    if (!list || list->empty()) return refuse(fmt::format("{} {}", name, kNotAnAddress));
    if (all.size() + list->size() > kSendRecipientsMax) return too_many();
    std::ranges::move(*list, std::back_inserter(all));
  }
  return all;
}

Result<admission::ComposedMail> read_send_form(const Form& form, const Clock& clock) {
  ASSIGN_OR_RETURN(Asked asked, OptionReader(form, clock).read());
  RETURN_IF_ERROR(check_required(form));
  admission::ComposedMail mail;
  ASSIGN_OR_RETURN(mail::Mailbox from, read_from(form));
  mail.draft.from.push_back(std::move(from));
  ASSIGN_OR_RETURN(mail.to, read_recipients(form, "to"));
  ASSIGN_OR_RETURN(mail.cc, read_recipients(form, "cc"));
  ASSIGN_OR_RETURN(mail.bcc, read_recipients(form, "bcc"));
  if (mail.to.empty()) return refuse("to parameter is missing");
  if (mail.to.size() + mail.cc.size() + mail.bcc.size() > kSendRecipientsMax) return too_many();
  mail.draft.subject = first_value(form, "subject");
  mail.draft.text = first_value(form, "text");
  mail.draft.html = first_value(form, "html");
  mail.draft.amp = first_value(form, "amp-html");
  for (const Field& field : form.fields) {
    if (field.name == "attachment" || field.name == "inline") RETURN_IF_ERROR(read_file(field, mail.draft));
  }
  mail.options = std::move(asked.options);
  mail.draft.headers = std::move(asked.headers);
  mail.draft.message_id = std::move(asked.message_id);
  mail.draft.reply_to = std::move(asked.reply_to);
  mail.recipient_variables = std::move(asked.recipient_variables);
  return mail;
}

Result<admission::RawMail> read_mime_form(const Form& form, const Clock& clock) {
  const std::string* message = form.value("message");
  if (message == nullptr && form.encoding == Form::Encoding::kUrlencoded) {
    return refuse("Invalid request content type. Expecting 'multipart/form-data' but got "
                  "'application/x-www-form-urlencoded'");
  }
  if (form.value("to") == nullptr) return refuse("to parameter is missing");
  if (message == nullptr) return refuse("message parameter is missing");
  ASSIGN_OR_RETURN(Asked asked, OptionReader(form, clock).read());
  admission::RawMail mail;
  ASSIGN_OR_RETURN(mail.recipients, read_recipients(form, "to"));
  if (mail.recipients.empty()) return refuse("to parameter is missing");
  mail.message = *message;
  mail.options = std::move(asked.options);
  mail.headers = std::move(asked.headers);
  if (!asked.reply_to.empty()) mail.headers.emplace_back("Reply-To", joined(asked.reply_to));
  mail.message_id = std::move(asked.message_id);
  mail.recipient_variables = std::move(asked.recipient_variables);
  return mail;
}

}  // namespace postroad::ingress::http
