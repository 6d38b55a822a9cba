#include "net/http/json_text_writer.h"

#include <fmt/format.h>

namespace postroad::net::http {

void JsonTextWriter::begin(char bracket) {
  separate();
  *out_ += bracket;
  has_items_.push_back(false);
}

void JsonTextWriter::end(char bracket) {
  *out_ += bracket;
  has_items_.pop_back();
}

void JsonTextWriter::key_part(std::string_view part) { string_part(part); }

void JsonTextWriter::key_end() {
  string_end();
  *out_ += ':';
  after_key_ = true;
}

void JsonTextWriter::string_part(std::string_view part) {
  if (!open_) {
    separate();
    *out_ += '"';
    open_ = true;
  }
  escape(part);
}

void JsonTextWriter::string_end() {
  *out_ += '"';
  open_ = false;
}

void JsonTextWriter::scalar(std::string_view text) {
  separate();
  *out_ += text;
}

void JsonTextWriter::separate() {
  if (!after_key_ && !has_items_.empty()) {
    if (has_items_.back()) *out_ += ',';
    has_items_.back() = true;
  }
  after_key_ = false;
}

void JsonTextWriter::escape(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      *out_ += {'\\', c};
    } else if (byte < 0x20) {
      *out_ += fmt::format("\\u{:04x}", byte);
    } else {
      *out_ += c;
    }
  }
}

}  // namespace postroad::net::http
