#pragma once
#include <string>
#include <string_view>

namespace postroad::events {

/// Small letters, character by character (simple case mapping of Unicode); bytes that are not UTF-8 stay as they are.
std::string folded(std::string_view text);

/// The words of a text, folded, each with one space before and after: "Re: Größe 42!" is " re größe 42 ". A word is a run
/// of letters and digits of any script. One list of words is found in another by finding its text. " " when there is none.
std::string words_of(std::string_view text);

}  // namespace postroad::events
