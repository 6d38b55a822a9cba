#include "admission/header_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mail/encoded_word.h"

namespace postroad::admission {
namespace {

constexpr std::string_view kOptionPrefix = "X-Mailgun-";

struct Named {
  std::string_view header;  ///< After the prefix, lower case.
  std::string_view option;
};
/// Fields whose option has another name (contract/smtp.md §3); all others are called as their option.
constexpr std::array kNames{Named{"deliver-by", "deliverytime"},
                            Named{"drop-message", "testmode"},
                            Named{"delivery-time-optimize-period", "deliverytime-optimize-period"},
                            Named{"track", "tracking"},
                            Named{"track-clicks", "tracking-clicks"},
                            Named{"track-opens", "tracking-opens"},
                            Named{"track-pixel-location-top", "tracking-pixel-location-top"}};

/// Fields that we or other servers write, and that ask for nothing.
constexpr std::array<std::string_view, 5> kNotOptions = {"sid", "sending-ip", "incoming", "batch-id", "recipient-variables"};

std::string option_of(std::string_view header) {
  const std::string name = ascii_lower(header.substr(kOptionPrefix.size()));
  for (const Named& one : kNames) {
    if (one.header == name) return std::string(one.option);
  }
  return name;
}

}  // namespace

Result<void> read_header_options(const mail::HeaderBlock& header, WallTime now, SendOptions& options) {
  for (const mail::HeaderField& field : header.fields()) {
    if (!ascii_istarts_with(field.name, kOptionPrefix)) continue;
    const std::string option = option_of(field.name);
    const std::string value = mail::decode_words(mail::unfold(field.value));
    if (value.empty() || std::ranges::find(kNotOptions, option) != kNotOptions.end()) continue;
    if (option == "variables") {
      RETURN_IF_ERROR(read_variables(value, options));
    } else {
      RETURN_IF_ERROR(read_option(option, field.name, value, now, options));
    }
  }
  return {};
}

}  // namespace postroad::admission
