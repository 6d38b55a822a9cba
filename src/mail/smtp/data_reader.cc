#include "mail/smtp/data_reader.h"

#include <algorithm>

#include "base/assert.h"
#include "base/scan.h"
#include "mail/characters.h"

namespace postroad::mail::smtp {

std::size_t DataReader::consume(std::string_view bytes, std::string& out) {
  PR_ASSERT(state_ != State::kDone);
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::kDone) {
    const char c = bytes[at];
    switch (state_) {
      case State::kLineStart:
        if (c == '.') {
          state_ = State::kDot;
          ++at;
        } else {
          state_ = State::kText;
        }
        break;
      case State::kText:
        at += text(bytes.substr(at), out);
        break;
      case State::kCr:
        if (c == '\n') {
          end_line("\r\n", out);
          state_ = State::kLineStart;
          ++at;
        } else {
          stray_cr(out);
          state_ = State::kText;
        }
        break;
      case State::kDot:  // the first dot of the line is dropped, whatever follows (RFC 5321 §4.5.2)
        if (c == '\r') {
          state_ = State::kDotCr;
          ++at;
        } else {
          state_ = State::kText;
        }
        break;
      case State::kDotCr:
        if (c == '\n') {
          state_ = State::kDone;
          ++at;
        } else {
          stray_cr(out);
          state_ = State::kText;
        }
        break;
      case State::kDone:
        break;
    }
  }
  return at;
}

/// Content up to the next CR or LF. Returns what it consumed.
std::size_t DataReader::text(std::string_view bytes, std::string& out) {
  const std::size_t run = line_prefix(bytes);
  put(bytes.substr(0, run), out);
  if (run == bytes.size()) return run;
  if (bytes[run] == '\r') {
    state_ = State::kCr;
    return run + 1;
  }
  ++bare_lf_;
  end_line(line_ends_ == LineEnds::kNormalise ? "\r\n" : "\n", out);
  return run + 1;  // still inside an SMTP line: a dot after a bare LF means nothing
}

void DataReader::put(std::string_view run, std::string& out) {
  if (run.empty()) return;
  line_ += run.size();
  longest_line_ = std::max(longest_line_, line_);
  nul_ += static_cast<std::uint64_t>(std::count(run.begin(), run.end(), '\0'));
  eight_bit_ = eight_bit_ || !is_ascii(run);
  size_ += run.size();
  if (size_ <= bytes_max_) out += run;
}

void DataReader::end_line(std::string_view end, std::string& out) {
  line_ = 0;
  size_ += end.size();
  if (size_ <= bytes_max_) out += end;
}

void DataReader::stray_cr(std::string& out) {
  ++bare_cr_;
  if (line_ends_ == LineEnds::kNormalise) {
    end_line("\r\n", out);
  } else {
    put("\r", out);
  }
}

}  // namespace postroad::mail::smtp
