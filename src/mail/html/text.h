#pragma once
#include <string>
#include <string_view>

namespace postroad::mail::html {

/// What an HTML body says, as plain text with LF line ends: blocks on lines of their own, lists with "* ",
/// links followed by their address in brackets where it adds something, pictures by their alternative text;
/// scripts, styles and the head left out. Runs of white space become one, except in `<pre>`. Linear in the
/// text.
std::string to_text(std::string_view html);

}  // namespace postroad::mail::html
