#include "app/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace postroad::app {
namespace {

OutputStyle style;

}  // namespace

void set_output_style(OutputStyle wanted) { style = wanted; }
const OutputStyle& output_style() { return style; }

bool color_is_wanted(int descriptor) {
  const char* const forbidden = std::getenv("NO_COLOR");  // no-color.org: set to anything but nothing
  const char* const terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return isatty(descriptor) != 0 && !dumb && (forbidden == nullptr || *forbidden == '\0');
}

void print_error(const std::string& text) { fmt::print(stderr, "error: {}\n", text); }

void print_hint(const std::string& text) {
  if (!style.quiet) fmt::print(stderr, "hint: {}\n", text);
}

void print_docs(const std::string& page) {
  if (!style.quiet) fmt::print(stderr, "docs: {}\n", page);
}

void print_done(const std::string& text) {
  if (!style.quiet) fmt::print(stderr, "{}\n", text);
}

std::string tinted(Tint tint, std::string_view text) {
  if (!style.color) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", static_cast<int>(tint), text);
}

std::string time_text(double seconds) {
  const auto thousandths = static_cast<std::int64_t>(std::floor(seconds * 1000 + 0.5));
  const auto whole = static_cast<std::time_t>(thousandths / 1000);
  std::tm parts{};
  if (style.utc) {
    gmtime_r(&whole, &parts);
  } else {
    localtime_r(&whole, &parts);
  }
  char shown[32];
  std::strftime(shown, sizeof shown, "%Y-%m-%d %H:%M:%S", &parts);
  const long minutes = parts.tm_gmtoff / 60;
  const std::string zone = style.utc ? "Z" : fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', std::labs(minutes) / 60, std::labs(minutes) % 60);
  return fmt::format("{}.{:03}{}", shown, thousandths % 1000, zone);
}

}  // namespace postroad::app
