#include "mail/smtp/data_writer.h"

#include <cstring>

#include "base/assert.h"

namespace postroad::mail::smtp {

void DataWriter::append(std::string_view piece, std::string& out) {
  out.reserve(out.size() + piece.size() + piece.size() / 64 + 8);
  while (!piece.empty()) {
    if (carriage_) {
      PR_ASSERT(piece[0] == '\n');
      out += '\n';
      carriage_ = false;
      line_start_ = true;
      piece.remove_prefix(1);
      continue;
    }
    if (line_start_ && piece[0] == '.') out += '.';
    line_start_ = false;
    const auto* carriage = static_cast<const char*>(std::memchr(piece.data(), '\r', piece.size()));
    const std::size_t text =
        carriage == nullptr ? piece.size() : static_cast<std::size_t>(carriage - piece.data());
    PR_ASSERT(std::memchr(piece.data(), '\n', text) == nullptr);
    carriage_ = carriage != nullptr;
    const std::size_t taken = carriage_ ? text + 1 : text;
    out.append(piece.data(), taken);
    piece.remove_prefix(taken);
  }
}

void DataWriter::finish(std::string& out) {
  PR_ASSERT(!carriage_);
  out += line_start_ ? ".\r\n" : "\r\n.\r\n";
  line_start_ = true;
}

void append_data(std::string_view message, std::string& out) {
  DataWriter writer;
  writer.append(message, out);
  writer.finish(out);
}

bool has_only_crlf(std::string_view message) {
  std::size_t at = 0;
  while (at < message.size()) {
    const auto* newline =
        static_cast<const char*>(std::memchr(message.data() + at, '\n', message.size() - at));
    const std::size_t end =
        newline == nullptr ? message.size() : static_cast<std::size_t>(newline - message.data());
    const auto* carriage = static_cast<const char*>(std::memchr(message.data() + at, '\r', end - at));
    if (newline == nullptr) return carriage == nullptr;
    if (carriage == nullptr || carriage + 1 != newline) return false;
    at = end + 1;
  }
  return true;
}

}  // namespace postroad::mail::smtp
