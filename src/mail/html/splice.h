#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace postroad::mail::html {

/// Octets [begin, end) of a text give way to `text`. begin == end inserts.
struct Splice {
  std::size_t begin = 0, end = 0;
  std::string text;
};

/// Applies splices, which are in order and do not overlap; everything else stays octet for octet.
std::string spliced(std::string_view source, const std::vector<Splice>& splices);

/// An `<a href>` or `<area href>`.
struct Link {
  std::size_t begin = 0, end = 0;  ///< of the value in the source, without quotes
  char quote = 0;                  ///< what quotes it there; 0: nothing, so a new value needs its own
  std::string url;                 ///< entities decoded, white space at its ends gone
  bool tracking_disabled = false;  ///< `disable-tracking="true"` on the tag
};

/// Links in order, http and https alone; comments, conditional comments and raw text hold none.
std::vector<Link> find_links(std::string_view html);

/// Where something may be put at the start or the end of what is shown.
struct BodyPlaces {
  std::size_t start = 0;  ///< after `<body>`, else after `<html>` and `<head>`, else 0
  std::size_t end = 0;    ///< before `</body>`, else before `</html>`, else the end
};
BodyPlaces find_body(std::string_view html);

}  // namespace postroad::mail::html
