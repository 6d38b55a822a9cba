#include "admission/variables_container.h"

#include "mail/mime_parser.h"

namespace postroad::admission {
namespace {

constexpr std::string_view kContainerType = "multipart/mailgun-variables";

}  // namespace

Result<std::optional<VariablesContainer>> open_variables_container(std::string_view message) {
  const mail::HeaderBlock header = mail::HeaderBlock::scan(message);
  const mail::HeaderField* type = header.find("Content-Type");
  if (type == nullptr || mail::parse_content_type(type->value).value != kContainerType) return std::nullopt;
  const mail::MimeMessage parsed = mail::parse_mime(message);
  VariablesContainer opened;
  for (const std::size_t child : parsed.parts.front().children) {
    const mail::MimePart& part = parsed.parts[child];
    if (part.type.value == "application/json" && opened.variables.empty()) opened.variables = part.content();
    if (part.type.value == "message/rfc822" && opened.message.empty()) opened.message = part.content();
  }
  if (opened.variables.empty() || opened.message.empty()) {
    return fail_permanent(ErrorCode::kInvalidArgument,
                          "multipart/mailgun-variables needs an application/json part and a message/rfc822 part");
  }
  return opened;
}

}  // namespace postroad::admission
