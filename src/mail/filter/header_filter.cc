#include <boost/json.hpp>

#include "base/text.h"
#include "mail/charset.h"
#include "mail/content_type.h"
#include "mail/date.h"
#include "mail/encoded_word.h"
#include "mail/filter/filter.h"

namespace postroad::mail::filter {
namespace {

namespace json = boost::json;

}  // namespace

Result<std::string> filter_header_decode(std::span<const std::string>, std::string_view input) {
  return json::serialize(json::object{{"text", decode_words(trim(header_value(input)))}});
}

Result<std::string> filter_content_type(std::span<const std::string>, std::string_view input) {
  const ContentType parsed = parse_content_type(header_value(input));
  json::object parameters;
  for (const Parameter& parameter : parsed.parameters)
    parameters[repaired_utf8(parameter.name)] = parameter.value;
  return json::serialize(json::object{{"type", parsed.value}, {"parameters", std::move(parameters)}});
}

Result<std::string> filter_date(std::span<const std::string>, std::string_view input) {
  const auto at = parse_date(input);
  json::object out{{"unix", nullptr}};
  if (at) out["unix"] = at->time_since_epoch().count();
  return json::serialize(out);
}

}  // namespace postroad::mail::filter
