#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mail/quote/find.h"

namespace postroad::mail::quote {

/// Elements nested deeper are not told apart from what holds them.
inline constexpr std::size_t kDepthMax = 128;

/// What an HTML text shows, a line for each block, blockquotes marked with "> ", rules as lines of underscores; and
/// where in the source each piece stands.
class Page {
 public:
  explicit Page(std::string_view html);

  const std::string& text() const { return text_; }
  /// The source octet where the text from this offset on begins; the source's end for the text's.
  std::size_t source_of(std::size_t text_offset) const;
  /// Elements that mail programs put around what they quote, and dividers after which all is quoted. In order; may
  /// hold each other.
  const std::vector<Range>& containers() const { return containers_; }
  /// The last blockquote that is in no other and that a mail program may have made; empty when there is none.
  Range last_blockquote() const { return last_blockquote_; }

 private:
  friend class PageReader;
  struct Segment {
    std::uint32_t text, source, source_end;
  };

  std::string_view html_;
  std::string text_;
  std::vector<Segment> segments_;
  std::vector<Range> containers_;
  Range last_blockquote_;
};

/// One character of HTML text at `at`: appended to `out` decoded; returns its octets in the source.
std::size_t append_character(std::string_view html, std::size_t at, std::string& out);

bool is_void_element(std::string_view name);

}  // namespace postroad::mail::quote
