#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "mail/quote/find.h"

namespace postroad::mail::quote {

struct Cut {
  std::string html;
  bool says_something = false;  ///< text or a picture is left
};

/// `html` without the ranges, which are in order and apart. Elements that lie in a range, or that hold nothing else
/// that shows, go; the tags of others stay, so that what was balanced still is. Linear.
Cut cut(std::string_view html, const std::vector<Range>& ranges);

}  // namespace postroad::mail::quote
