#include "app/send_form.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "app/remote.h"
#include "base/random.h"
#include "base/text.h"

namespace postroad::app {
namespace {

/// By the end of a file's name; what mail is made of, and octets for the rest.
std::string_view type_of(const std::string& filename) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kTypes{
      {{".png", "image/png"}, {".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"}, {".gif", "image/gif"}, {".webp", "image/webp"},
       {".svg", "image/svg+xml"}, {".pdf", "application/pdf"}, {".txt", "text/plain"}, {".csv", "text/csv"}, {".html", "text/html"},
       {".ics", "text/calendar"}, {".json", "application/json"}, {".zip", "application/zip"}, {".eml", "message/rfc822"}}};
  const std::string lower = ascii_lower(filename);
  for (const auto& [end, type] : kTypes) {
    if (lower.ends_with(end)) return type;
  }
  return "application/octet-stream";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '"' ? "%22" : c == '\r' ? "%0D" : c == '\n' ? "%0A" : std::string(1, c);
  return out;
}

std::unexpected<Error> wrong(std::string text) { return fail_permanent(ErrorCode::kInvalidArgument, std::move(text)); }

/// "+2h" as seconds since 1970; anything else is the server's to read.
Result<std::string> delivery_time(const std::string& at, WallTime now) {
  if (!at.starts_with('+')) return at;
  const std::optional<std::chrono::seconds> ahead = parse_duration(std::string_view(at).substr(1));
  if (!ahead) return wrong(fmt::format("--at: {} is no time such as +2h", at));
  return std::to_string(std::chrono::floor<std::chrono::seconds>(now + *ahead).time_since_epoch().count());
}

Result<void> add_files(FormWriter& form, const char* field, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(const std::string bytes, read_whole_file(path));
    form.file(field, std::filesystem::path(path).filename().string(), bytes);
  }
  return {};
}

Result<void> add_options(FormWriter& form, const SendArguments& mail, WallTime now) {
  for (const std::string& tag : mail.tags) form.field("o:tag", tag);
  for (const std::string& variable : mail.variables) {
    const std::size_t equals = variable.find('=');
    if (equals == 0 || equals == std::string::npos) return wrong(fmt::format("--var: {} is not name=value", variable));
    form.field("v:" + variable.substr(0, equals), variable.substr(equals + 1));
  }
  for (const std::string& header : mail.headers) {
    const std::size_t colon = header.find(':');
    if (colon == 0 || colon == std::string::npos) return wrong(fmt::format("--header: {} is not 'Name: value'", header));
    form.field("h:" + header.substr(0, colon), trim(std::string_view(header).substr(colon + 1)));
  }
  if (!mail.at.empty()) {
    ASSIGN_OR_RETURN(const std::string at, delivery_time(mail.at, now));
    form.field("o:deliverytime", at);
  }
  return {};
}

Result<std::string> value_of(const SendArguments& mail, const std::string& value) {
  if (value == "-" && mail.input) return *mail.input;
  return read_value(value);
}

}  // namespace

FormWriter::FormWriter() : boundary_("postroad-" + SystemRandom().hex(16)) {}

void FormWriter::part(const std::string& name, const std::string& filename, std::string_view value) {
  body_ += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"", boundary_, escaped(name));
  if (!filename.empty()) body_ += fmt::format("; filename=\"{}\"\r\nContent-Type: {}", escaped(filename), type_of(filename));
  body_ += fmt::format("\r\n\r\n{}\r\n", value);
}

Result<void> write_form(FormWriter& form, const SendArguments& mail, const std::string& from, WallTime now) {
  for (const auto& [name, list] : {std::pair{"to", &mail.to}, {"cc", &mail.cc}, {"bcc", &mail.bcc}}) {
    for (const std::string& recipient : *list) form.field(name, recipient);
  }
  if (!mail.eml.empty()) {
    ASSIGN_OR_RETURN(const std::string message, value_of(mail, mail.eml == "-" ? "-" : "@" + mail.eml));
    form.file("message", "message.eml", message);
    return add_options(form, mail, now);
  }
  form.field("from", from);
  form.field("subject", mail.subject.empty() ? "A message from postroad send" : mail.subject);
  if (!mail.text.empty() || mail.html.empty()) {
    ASSIGN_OR_RETURN(const std::string text, value_of(mail, mail.text.empty() ? "It works." : mail.text));
    form.field("text", text);
  }
  if (!mail.html.empty()) {
    ASSIGN_OR_RETURN(const std::string html, value_of(mail, mail.html));
    form.field("html", html);
  }
  RETURN_IF_ERROR(add_files(form, "attachment", mail.attach));
  RETURN_IF_ERROR(add_files(form, "inline", mail.inlined));
  return add_options(form, mail, now);
}

}  // namespace postroad::app
