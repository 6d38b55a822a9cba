#pragma once
#include <cstddef>
#include <string>
#include <string_view>

/// The few rules of JavaScript that a template can see: what its white space is, how it prints a number, how
/// it counts the characters of a string (ECMA-262; Handlebars is defined by its JavaScript implementation).
namespace postroad::templates {

/// How many octets of white space stand at `at`; 0 when something else does. Unicode spaces count, as in
/// `\s`.
std::size_t space_length(std::string_view text, std::size_t at);
std::string_view without_leading_space(std::string_view text);
std::string_view without_trailing_space(std::string_view text);

/// Shortest text that reads back as `number`: 1e+21, 0.1, -3 (ECMA-262 Number::toString).
void append_number(std::string& out, double number);
/// Number("12.50") for digits the lexer has accepted, and for strings; NaN when it is none.
double to_number(std::string_view text);

/// Length in UTF-16 units, as `"…".length`.
std::size_t utf16_length(std::string_view text);
/// The character at a UTF-16 index; half of a pair gives U+FFFD; empty past the end.
std::string_view utf16_at(std::string_view text, std::size_t index);

/// Appends with & < > " ' ` = as character references, as Handlebars' escapeExpression does.
void append_escaped(std::string& out, std::string_view text);

}  // namespace postroad::templates
