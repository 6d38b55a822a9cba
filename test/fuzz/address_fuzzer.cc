// Any text: what the strict parser accepts, it must write in a form that it reads back the same and that SMTP
// can carry.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "mail/address.h"
#include "mail/address_header.h"
#include "mail/address_suggestion.h"
#include "mail/content_type.h"
#include "mail/date.h"
#include "mail/smtp/command_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postroad;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto mailbox = mail::parse_mailbox(text)) {
    const std::string address = mail::address_text(*mailbox);
    PR_ASSERT(address.size() <= mail::kAddressBytesMax && address.find_first_of("\r\n") == std::string::npos);
    const auto again = mail::parse_address(address);
    PR_ASSERT(again && again->local_part == mailbox->local_part && again->domain == mailbox->domain);
    PR_ASSERT(mail::smtp::parse_path('<' + address + '>'));
  }
  (void)mail::parse_mailbox_list(text);
  (void)mail::read_address_header(text);
  (void)mail::parse_content_type(text);
  (void)mail::parse_api_date(text);
  (void)mail::suggest_address(text);
  (void)mail::smtp::parse_command(text, true);
  return 0;
}
