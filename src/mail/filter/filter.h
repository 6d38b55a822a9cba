#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postroad::mail::filter {

/// The pure half of a command-line filter: arguments after the command's own words, and standard input,
/// become one JSON object. A bad input is an answer ("valid": false), not an error; an error means the
/// arguments make no sense. The value after `--dns` and `--private-key` is the text of that file: the caller reads it.
using Filter = Result<std::string> (*)(std::span<const std::string> args, std::string_view input);

struct Entry {
  std::string_view op;       ///< "address-check"
  std::string_view command;  ///< "address check": what stands on the command line
  Filter run;
};

/// Every filter this module offers.
std::span<const Entry> filters();
/// Null when there is none of that name.
const Entry* find_filter(std::string_view op);

/// The word after `name`; null when it is not there.
const std::string* option(std::span<const std::string> args, std::string_view name);
bool has_flag(std::span<const std::string> args, std::string_view name);
/// The value of one header field as it is piped in: up to the first line end that is not a fold.
std::string_view header_value(std::string_view input);

Result<std::string> filter_address_parse(std::span<const std::string> args, std::string_view input);
Result<std::string> filter_address_check(std::span<const std::string> args, std::string_view input);
Result<std::string> filter_header_decode(std::span<const std::string> args, std::string_view input);
Result<std::string> filter_content_type(std::span<const std::string> args, std::string_view input);
Result<std::string> filter_date(std::span<const std::string> args, std::string_view input);

Result<std::string> filter_parse(std::span<const std::string> args, std::string_view input);

Result<std::string> filter_dkim_verify(std::span<const std::string> args, std::string_view input);
/// `--domain D --selector S --private-key FILE [--now UNIX]`: {field, dns}: the field to put before the message, and the
/// record that D must publish under S._domainkey. Relaxed in both parts; signs what the server signs.
Result<std::string> filter_dkim_sign(std::span<const std::string> args, std::string_view input);
Result<std::string> filter_dkim_canon(std::span<const std::string> args, std::string_view input);
Result<std::string> filter_arc_verify(std::span<const std::string> args, std::string_view input);

Result<std::string> filter_spf_check(std::span<const std::string> args, std::string_view input);

Result<std::string> filter_bounce_classify(std::span<const std::string> args, std::string_view input);

Result<std::string> filter_arf_parse(std::span<const std::string> args, std::string_view input);

Result<std::string> filter_strip_text(std::span<const std::string> args, std::string_view input);
Result<std::string> filter_strip_html(std::span<const std::string> args, std::string_view input);

Result<std::string> filter_address_suggest(std::span<const std::string> args, std::string_view input);

}  // namespace postroad::mail::filter
