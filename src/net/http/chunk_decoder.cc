#include "net/http/chunk_decoder.h"

#include <algorithm>
#include <cstring>

#include "net/http/percent.h"

namespace postroad::net::http {
namespace {

constexpr std::size_t kSizeDigitsMax = 15;

bool is_line_byte(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); }

}  // namespace

Outcome<ChunkDecoder::Progress> ChunkDecoder::decode(std::string_view in, std::span<char> out) {
  Progress progress;
  while (progress.consumed < in.size() && state_ != State::kDone) {
    if (state_ == State::kData) {
      const std::size_t room = std::min(in.size() - progress.consumed, out.size() - progress.produced);
      const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, room));
      if (take == 0) break;
      std::memcpy(out.data() + progress.produced, in.data() + progress.consumed, take);
      progress.consumed += take;
      progress.produced += take;
      left_ -= take;
      if (left_ == 0) state_ = State::kDataReturn;
    } else if (!step(in[progress.consumed++])) {
      return refuse(400, "malformed chunked body");
    }
  }
  return progress;
}

bool ChunkDecoder::step(char c) {
  switch (state_) {
    case State::kSize: return step_size(c);
    case State::kExtension:
      if (c == '\r') state_ = State::kSizeEnd;
      return c == '\r' || (is_line_byte(c) && ++line_bytes_ <= kLineBytesMax);
    case State::kSizeEnd:
      state_ = left_ > 0 ? State::kData : State::kTrailer;
      line_bytes_ = 0;
      return c == '\n';
    case State::kDataReturn: state_ = State::kDataEnd; return c == '\r';
    case State::kDataEnd:
      state_ = State::kSize;
      digits_ = line_bytes_ = 0;
      return c == '\n';
    case State::kTrailer:
    case State::kTrailerEnd: return step_trailer(c);
    case State::kData:
    case State::kDone: break;
  }
  return false;
}

bool ChunkDecoder::step_size(char c) {
  if (const int digit = hex_digit(c); digit >= 0) {
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
    return ++digits_ <= kSizeDigitsMax;
  }
  if (digits_ == 0) return false;
  if (c == '\r') state_ = State::kSizeEnd;
  if (c == ';') state_ = State::kExtension;
  return c == '\r' || c == ';';
}

bool ChunkDecoder::step_trailer(char c) {
  if (state_ == State::kTrailerEnd) {
    state_ = line_bytes_ == 0 ? State::kDone : State::kTrailer;
    line_bytes_ = 0;
    return c == '\n' && ++trailer_lines_ <= kTrailerLinesMax;
  }
  if (c == '\r') {
    state_ = State::kTrailerEnd;
    return true;
  }
  const bool folded = line_bytes_ == 0 && (c == ' ' || c == '\t');
  return is_line_byte(c) && !folded && ++line_bytes_ <= kLineBytesMax;
}

}  // namespace postroad::net::http
