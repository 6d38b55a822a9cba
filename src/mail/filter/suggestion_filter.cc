#include <boost/json.hpp>

#include "base/text.h"
#include "mail/address_suggestion.h"
#include "mail/filter/filter.h"

namespace postroad::mail::filter {

Result<std::string> filter_address_suggest(std::span<const std::string>, std::string_view input) {
  const auto suggestion = suggest_address(trim(input));
  boost::json::object out{{"suggestion", nullptr}};
  if (suggestion) out["suggestion"] = *suggestion;
  return boost::json::serialize(out);
}

}  // namespace postroad::mail::filter
