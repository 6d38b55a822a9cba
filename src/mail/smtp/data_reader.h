#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace postroad::mail::smtp {

/// Decodes what a client sends after DATA, in any packet split (RFC 5321 §4.1.1.4, §4.5.2). Only CRLF "."
/// CRLF ends it; no bare CR or LF ever counts as a line end, so nobody can smuggle a second message in. What
/// is wrong with the content is counted, and the caller decides after the true end.
class DataReader {
 public:
  enum class LineEnds : std::uint8_t {
    kKeep,       ///< content as sent, so that policy can refuse it
    kNormalise,  ///< bare CR and bare LF become CRLF: submission, before signing
  };

  explicit DataReader(std::size_t bytes_max, LineEnds line_ends = LineEnds::kKeep)
      : bytes_max_(bytes_max), line_ends_(line_ends) {}

  /// Consumes a prefix of `bytes`, never past the end of data; returns how many. Appends content, unstuffed,
  /// to `out`: at most what was consumed plus one octet for each bare line end. Past the size limit it goes
  /// on reading and appends nothing more.
  std::size_t consume(std::string_view bytes, std::string& out);
  bool done() const { return state_ == State::kDone; }

  std::uint64_t size() const { return size_; }  ///< octets of content, unstuffed, past the limit too
  bool too_big() const { return size_ > bytes_max_; }
  std::uint64_t bare_cr() const { return bare_cr_; }
  std::uint64_t bare_lf() const { return bare_lf_; }
  std::uint64_t nul() const { return nul_; }
  std::uint64_t longest_line() const { return longest_line_; }  ///< octets without CRLF
  bool eight_bit() const { return eight_bit_; }

 private:
  enum class State : std::uint8_t { kLineStart, kText, kCr, kDot, kDotCr, kDone };

  std::size_t text(std::string_view bytes, std::string& out);
  void put(std::string_view run, std::string& out);
  void end_line(std::string_view end, std::string& out);
  void stray_cr(std::string& out);

  std::size_t bytes_max_;
  LineEnds line_ends_;
  State state_ = State::kLineStart;
  std::uint64_t size_ = 0, line_ = 0, longest_line_ = 0;
  std::uint64_t bare_cr_ = 0, bare_lf_ = 0, nul_ = 0;
  bool eight_bit_ = false;
};

}  // namespace postroad::mail::smtp
