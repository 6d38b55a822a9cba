#pragma once
#include <cstdint>
#include <span>

#include "net/http/message.h"

namespace postroad::net::http {

/// Takes the chunked coding off a body (RFC 9112 §7.1), in any split. Chunk extensions and trailer fields are read
/// over. Strict: CR LF only, 1 to 15 hexadecimal digits, nothing between data and its CR LF.
class ChunkDecoder {
 public:
  static constexpr std::size_t kLineBytesMax = 512;
  static constexpr std::size_t kTrailerLinesMax = 32;
  struct Progress {
    std::size_t consumed = 0;
    std::size_t produced = 0;
  };

  /// Consumes a prefix of `in` and writes its content to `out`; stops when either is used up or the body is done().
  Outcome<Progress> decode(std::string_view in, std::span<char> out);
  bool done() const { return state_ == State::kDone; }

 private:
  enum class State : std::uint8_t { kSize, kExtension, kSizeEnd, kData, kDataReturn, kDataEnd, kTrailer, kTrailerEnd, kDone };

  /// One byte of anything but data; false: it has no place here.
  bool step(char c);
  bool step_size(char c);
  bool step_trailer(char c);

  State state_ = State::kSize;
  std::uint64_t left_ = 0;
  std::size_t digits_ = 0;
  std::size_t line_bytes_ = 0;
  std::size_t trailer_lines_ = 0;
};

}  // namespace postroad::net::http
