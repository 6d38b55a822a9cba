#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::mail::quote {

/// The lines of a text, ended by LF or CRLF. Four octets for each line.
class Lines {
 public:
  /// Further lines count as part of the last one.
  static constexpr std::size_t kLinesMax = std::size_t{1} << 20;

  explicit Lines(std::string_view text);
  std::size_t size() const { return starts_.size(); }
  /// Offset of the line in the text; of the end for the line after the last one.
  std::size_t begin(std::size_t line) const { return line < size() ? starts_[line] : text_.size(); }
  /// Without its end.
  std::string_view operator[](std::size_t line) const;
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
  std::vector<std::uint32_t> starts_;
};

/// Nothing but spaces, tabs, CR and no-break spaces.
bool is_blank(std::string_view line);
/// Opens with '>', after some space.
bool is_quoted(std::string_view line);

/// For comparison with the word lists: lower case (ASCII, Latin, Greek, Cyrillic), runs of any white space as one
/// space, none at the ends, full-width colons and typographic apostrophes as their ASCII forms, direction marks
/// gone.
void fold(std::string_view text, std::string& out);

}  // namespace postroad::mail::quote
