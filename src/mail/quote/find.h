#pragma once
#include <cstdint>
#include <vector>

#include "mail/quote/lines.h"

namespace postroad::mail::quote {

/// Octets [begin, end) of a text.
struct Range {
  std::size_t begin = 0, end = 0;
};

struct Quotes {
  std::vector<Range> ranges;  ///< in order, apart from each other
  bool forwards = false;      ///< a forwarded message begins after them; nothing behind that was looked at
};

/// The quoted parts of a text. Lines that open with '>' and follow a border (attribution.h) go with it; other text
/// that follows one goes to the end. `marked_lines_min`: so many marked lines are a quotation without any border; 0
/// for never.
Quotes find_quotes(const Lines& lines, std::size_t marked_lines_min);

}  // namespace postroad::mail::quote
