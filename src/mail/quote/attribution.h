#pragma once
#include <cstddef>
#include <string>

#include "mail/quote/lines.h"

namespace postroad::mail::quote {

/// Finds where mail programs say whose words follow: attribution lines, header blocks, separators.
class Borders {
 public:
  static constexpr std::size_t kAttributionLinesMax = 6;
  static constexpr std::size_t kAttributionBytesMax = 600;
  static constexpr std::size_t kHeaderBlockLinesMax = 16;
  static constexpr std::size_t kSeparatorBytesMax = 160;
  /// So many places of a text are looked at closely; beyond, only quote marks count.
  static constexpr std::size_t kAttemptsMax = 20'000;

  explicit Borders(const Lines& lines) : lines_(lines) {}

  /// The line after the border that opens at `line`; 0 when none does.
  std::size_t border_end(std::size_t line);
  /// "---- Forwarded message ----", "Begin forwarded message:".
  bool is_forward(std::size_t line);
  /// A line of dashes, underscores or equals signs and nothing else.
  bool is_rule(std::size_t line);
  /// Where on a line of its own words "On <date> … wrote:" begins, after what the sender wrote there; 0 when it
  /// does not. `end` is the line after the attribution.
  std::size_t shared_line(std::size_t line, std::size_t& end);

 private:
  std::size_t attribution_end(std::size_t line);
  std::size_t header_block_end(std::size_t line);
  bool is_separator(std::size_t line);
  unsigned header_kind_of(std::size_t line);
  bool closes(std::size_t line);
  bool later_start(std::size_t line, std::size_t end);
  bool join(std::size_t line, std::size_t end);
  bool quoted_follows(std::size_t line) const;

  const Lines& lines_;
  std::size_t attempts_ = 0;
  std::string joined_, folded_, folded_line_;
};

}  // namespace postroad::mail::quote
