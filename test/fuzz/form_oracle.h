#pragma once
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/http/read_form.h"

namespace postroad::fuzz {

inline std::string shown(const net::http::Outcome<net::http::Form>& form) {
  if (!form) return std::to_string(form.error().status) + form.error().message;
  std::string text;
  for (const net::http::Field& field : form->fields) {
    text += field.name + '\0' + field.value + '\0';
    if (field.file) text += field.file->filename + '\0' + field.file->content_type + '\0';
  }
  return text;
}

inline net::http::Outcome<net::http::Form> read(std::string_view body, std::string_view type, std::string_view encoding,
                                                std::size_t piece) {
  static net::http::MemoryBudget budget(std::uint64_t{1} << 30);
  net::http::Request request;
  request.headers.push_back({"Content-Type", type});
  if (!encoding.empty()) request.headers.push_back({"Content-Encoding", encoding});
  net::http::FormLimits limits;
  limits.body_bytes_max = 1 << 20;
  ASSIGN_OR_RETURN(const auto reader, net::http::FormReader::make(request, limits, budget));
  while (!body.empty()) {
    const std::string_view some = body.substr(0, piece);
    RETURN_IF_ERROR(reader->feed(some));
    body.remove_prefix(some.size());
  }
  return reader->finish();
}

/// Any bytes give a form or a refusal, the same in every split. Refusals may differ in wording, not in being one.
inline void check_form(const std::uint8_t* data, std::size_t size, std::string_view type) {
  if (size == 0) return;
  const std::size_t piece = 1 + data[0] % 37;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = read(body, type, "", body.size() + 1);
  const auto pieces = read(body, type, "", piece);
  if (whole.has_value() != pieces.has_value()) std::abort();
  if (whole.has_value() && shown(whole) != shown(pieces)) std::abort();
  (void)read(body, type, "gzip", piece);
}

}  // namespace postroad::fuzz
