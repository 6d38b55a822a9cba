#pragma once
#include <cstdint>

#include "events/filter.h"

namespace postroad::events {

/// How the terms of a field are looked for: the table of FilterExpression.
enum class Matching : std::uint8_t { kWhole, kWords, kAddress, kNumber };
Matching matching_of(FilterField field);

/// RFC 5322 §3.2.3 atext, '.', '@' and all of UTF-8, folded: what continues an address.
bool is_address_character(char c);

}  // namespace postroad::events
