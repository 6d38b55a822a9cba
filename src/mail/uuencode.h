#pragma once
#include <string>
#include <string_view>

namespace postroad::mail {

/// POSIX uuencode, from after "begin" (or the start) to "end"; lines that say nonsense are cut to what they
/// hold.
std::string decode_uuencode(std::string_view encoded);

}  // namespace postroad::mail
