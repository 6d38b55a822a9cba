// Any name and value: what is written must be whole lines that start no field of their own.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "mail/header_block.h"
#include "mail/header_writer.h"
#include "mail/smtp/data_writer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postroad;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view name = text.substr(0, colon);
  const std::string_view value = colon < text.size() ? text.substr(colon + 1) : std::string_view{};
  const mail::Mailbox mailbox{std::string(value), std::string(name), "x.example"};
  const mail::Parameter parameter{"filename", std::string(value)};
  for (int form = 0; form < 5; ++form) {
    std::string out;
    mail::HeaderWriter writer(out);
    const auto written =
        form == 0   ? writer.unstructured(name, value)
        : form == 1 ? writer.structured(name, value)
        : form == 2 ? writer.mailboxes("To", {&mailbox, 1})
                    : writer.parameterised("Content-Disposition", "attachment", {&parameter, 1}, form == 4);
    PR_ASSERT(written || out.empty());
    if (out.empty()) continue;
    PR_ASSERT(mail::smtp::has_only_crlf(out) && out.find('\0') == std::string::npos);
    PR_ASSERT(mail::HeaderBlock::scan(out + "\r\n").fields().size() == 1);
  }
  return 0;
}
