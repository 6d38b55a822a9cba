#include "mail/smtp/line_reader.h"

#include <cstring>

namespace postroad::mail::smtp {

LineReader::Status LineReader::consume(std::span<const char> bytes, std::size_t& consumed) {
  if (ended_) reset();
  consumed = 0;
  if (bytes.empty()) return Status::kNeedMore;
  const auto* newline = static_cast<const char*>(std::memchr(bytes.data(), '\n', bytes.size()));
  const std::size_t length =
      newline == nullptr ? bytes.size() : static_cast<std::size_t>(newline - bytes.data()) + 1;
  if (line_.size() + length > kExtendedLineBytesMax) {
    consumed = bytes.size();
    ended_ = true;
    line_.clear();
    return Status::kTooLong;
  }
  line_.append(bytes.data(), length);
  consumed = length;
  if (newline == nullptr) return Status::kNeedMore;
  ended_ = true;
  line_.pop_back();
  if (!line_.ends_with('\r')) return Status::kBareLf;
  line_.pop_back();
  return Status::kLine;
}

void LineReader::reset() {
  line_.clear();
  ended_ = false;
}

}  // namespace postroad::mail::smtp
