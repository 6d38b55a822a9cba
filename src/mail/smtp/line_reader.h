#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace postroad::mail::smtp {

inline constexpr std::size_t kCommandLineBytesMax = 512;    ///< RFC 5321 §4.5.3.1.4, with CRLF
inline constexpr std::size_t kExtendedLineBytesMax = 4096;  ///< AUTH exchanges, MAIL and RCPT with parameters

/// Cuts command lines from arbitrary fragments. Only CRLF ends a line; a bare LF ends one too, so that the
/// peer can be answered, but says so. Memory is bounded by kExtendedLineBytesMax.
class LineReader {
 public:
  enum class Status : std::uint8_t {
    kNeedMore,
    kLine,     ///< `line()` holds it, without its end
    kBareLf,   ///< the same, but it ended in LF alone: answer 500 5.5.2
    kTooLong,  ///< no line end within the limit: answer 500 5.5.2 and close
  };

  /// Consumes a prefix of `bytes`, never past a line end; `consumed` says how many.
  Status consume(std::span<const char> bytes, std::size_t& consumed);
  /// Valid until the next `consume`.
  std::string_view line() const { return line_; }
  /// Forgets a half-read line: at STARTTLS.
  void reset();
  bool empty() const { return line_.empty() || ended_; }

 private:
  std::string line_;
  bool ended_ = false;
};

}  // namespace postroad::mail::smtp
