#include "base/json_writer.h"
#include "mail/filter/filter.h"
#include "mail/quote/strip.h"

namespace postroad::mail::filter {

Result<std::string> filter_strip_text(std::span<const std::string> args, std::string_view input) {
  const std::string* sender = option(args, "--sender");
  const quote::StrippedText stripped = quote::strip_text(input, sender == nullptr ? "" : *sender);
  JsonWriter json;
  json.begin_object();
  json.field("stripped_text", stripped.text).field("stripped_signature", stripped.signature);
  json.end_object();
  return json.take();
}

Result<std::string> filter_strip_html(std::span<const std::string>, std::string_view input) {
  JsonWriter json;
  json.begin_object().field("stripped_html", quote::strip_html(input));
  json.end_object();
  return json.take();
}

}  // namespace postroad::mail::filter
