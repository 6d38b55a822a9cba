// A request's bytes as a connection sees them: head, framing, then the chunked body if there is one.
#include <cstdint>
#include <cstdlib>

#include "net/http/chunk_decoder.h"
#include "net/http/head_parser.h"
#include "net/http/header_parameters.h"

namespace {

using namespace postroad::net::http;

/// What came of it, for comparing splits: the head's size, or a refusal.
std::string scan(std::string_view bytes, std::size_t piece) {
  HeadScanner scanner;
  for (std::size_t have = 0; have < bytes.size();) {
    have = std::min(bytes.size(), have + piece);
    const auto size = scanner.scan(bytes.substr(0, have));
    if (!size) return "refused";
    if (*size) return std::to_string(**size);
  }
  return "more";
}

std::string decode(std::string_view body, std::size_t piece, std::size_t room) {
  ChunkDecoder decoder;
  std::string out(room, '\0');
  std::string content;
  while (!body.empty() && !decoder.done()) {
    const auto progress = decoder.decode(body.substr(0, piece), out);
    if (!progress) return "refused";
    if (progress->consumed == 0) std::abort();
    content.append(out, 0, progress->produced);
    body.remove_prefix(progress->consumed);
  }
  return content + (decoder.done() ? "|" : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 29;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string end = scan(bytes, bytes.size() + 1);
  if (end != scan(bytes, piece)) std::abort();
  if (end == "refused" || end == "more") return 0;
  const std::size_t head_size = std::stoul(end);
  Request request;
  request.head = bytes.substr(0, head_size);
  const auto framing = parse_head(request);
  if (!framing) return 0;
  for (const Header& header : request.headers) (void)parse_parameterized(header.value);
  if (framing->kind != Framing::Kind::kChunked) return 0;
  const std::string_view body = bytes.substr(head_size);
  if (decode(body, body.size() + 1, 4096) != decode(body, piece, 1 + piece % 5)) std::abort();
  return 0;
}
