#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "app/value_kinds.h"

namespace postroad::app {

/// A line of bash up to the cursor, read as the shell does, but nothing in it is expanded: what `$(…)` would be stays these letters.
struct BashLine {
  std::vector<std::string> before;  ///< Words behind the command's name, without their quotes.
  std::string typed;                ///< The word at the cursor, without them.
  std::size_t kept = 0;             ///< So many octets of `typed` are before the last quote or character of COMP_WORDBREAKS: bash keeps them itself.
  bool in_quotes = false;           ///< The word at the cursor has a quote that is still open.
};
BashLine read_bash_line(std::string_view line, std::string_view word_breaks);

/// As one word of a shell, that is never more than itself.
std::string bash_quoted(std::string_view text);

/// Whether it can be shown and typed: no control character, which a terminal would obey and a line would end at.
bool is_plain(std::string_view text);

/// What a shell's script reads: first a line that says what to do ("values", "nospace" when nothing is to follow the value, "files",
/// "directories"), then a value a line; for zsh and fish with a tab and a few words behind it.
std::string bash_reply(const BashLine& line, ValueSource source, const Suggestions& suggestions);
std::string tab_reply(ValueSource source, const Suggestions& suggestions);

/// The script of "bash", "zsh" or "fish".
std::string_view completion_script(std::string_view shell);

}  // namespace postroad::app
