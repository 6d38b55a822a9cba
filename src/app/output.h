#pragma once
#include <string>
#include <string_view>

namespace postroad::app {

/// How every command says what it has to say (docs/operating/cli.md): set once, before it runs, from its flags and the environment.
struct OutputStyle {
  bool quiet = false;  ///< No hints and no talk; errors and answers alone.
  bool color = false;  ///< Of answers on standard output.
  bool utc = false;    ///< Times in UTC instead of the machine's zone.
};
void set_output_style(OutputStyle style);
const OutputStyle& output_style();
/// Whether color is wanted: a terminal at `descriptor`, no NO_COLOR, no TERM=dumb.
bool color_is_wanted(int descriptor);

/// Talk, on standard error: "error: …", what may help, where it is explained, and what has been done.
void print_error(const std::string& text);
void print_hint(const std::string& text);
void print_docs(const std::string& page);
void print_done(const std::string& text);

enum class Tint : int { kGood = 32, kWarning = 33, kBad = 31, kFaint = 2 };
/// `text` in a color, where there is color.
std::string tinted(Tint tint, std::string_view text);

/// "2026-11-25 18:27:31.123+01:00", or with --utc "2026-11-25 17:27:31.123Z"; `seconds` since 1970.
std::string time_text(double seconds);

}  // namespace postroad::app
