#pragma once
#include <string>
#include <string_view>

namespace postroad::mail::html {

/// Character references decoded (WHATWG HTML §13.5): numeric ones, with Windows-1252 for 128-159 as browsers
/// do, and the named ones of HTML 4. What is none stays. Linear.
std::string decode_entities(std::string_view text);
/// Text made safe between tags and in a quoted attribute: & < > " '.
std::string escape(std::string_view text);

}  // namespace postroad::mail::html
