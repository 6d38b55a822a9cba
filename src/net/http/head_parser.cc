#include "net/http/head_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>

#include "base/text.h"
#include "net/http/limits.h"
#include "net/http/percent.h"

namespace postroad::net::http {
namespace {

namespace beast = boost::beast::http;
using ErrorCode = boost::beast::error_code;
using View = boost::beast::string_view;

std::string_view plain(View view) { return {view.data(), view.size()}; }

/// Beast's push parser, of which only the head is used.
class BeastHead final : public beast::basic_parser<true> {
 public:
  explicit BeastHead(Request& request) : request_(request) {
    eager(false);
    header_limit(kHeadBytesMax + 1);
    body_limit(boost::none);
  }
  int version() const { return version_; }

 private:
  void on_request_impl(beast::verb, View method, View target, int version, ErrorCode&) override {
    request_.method = plain(method);
    request_.target = plain(target);
    version_ = version;
  }
  void on_field_impl(beast::field, View name, View value, ErrorCode&) override {
    request_.headers.push_back({plain(name), plain(value)});
  }
  void on_response_impl(int, View, int, ErrorCode&) override {}
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(View body, ErrorCode&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, View, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View body, ErrorCode&) override { return body.size(); }
  void on_finish_impl(ErrorCode&) override {}

  Request& request_;
  int version_ = 0;
};

bool has_three_words(std::string_view head) {
  return std::ranges::count(head.substr(0, head.find('\r')), ' ') == 2;
}

std::size_t count(const Request& request, std::string_view name) {
  std::size_t found = 0;
  for (const Header& header : request.headers) found += ascii_iequals(header.name, name);
  return found;
}

bool has_token(const Request& request, std::string_view name, std::string_view token) {
  for (const Header& header : request.headers) {
    if (!ascii_iequals(header.name, name)) continue;
    for (const std::string_view item : split(header.value, ',')) {
      if (ascii_iequals(trim(item), token)) return true;
    }
  }
  return false;
}

Outcome<void> check_host(const Request& request) {
  const std::size_t hosts = count(request, "Host");
  if (hosts > 1 || (hosts == 0 && request.minor_version >= 1)) return refuse(400, "exactly one Host header is required");
  for (const char c : request.header("Host")) {
    if (c <= 0x20 || c == 0x7f || c == ',' || c == '/' || c == '@' || c == '?' || c == '#' || c == '\\') {
      return refuse(400, "malformed Host header");
    }
  }
  return {};
}

Outcome<std::uint64_t> read_length(std::string_view text, std::uint64_t most) {
  std::uint64_t length = 0;
  if (text.empty()) return refuse(400, "malformed Content-Length header");
  for (const char c : text) {
    if (c < '0' || c > '9') return refuse(400, "malformed Content-Length header");
    if (length <= most) length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (length > most) return refuse(413, kBodyTooLarge);
  return length;
}

Outcome<void> read_framing(const Request& request, std::uint64_t body_bytes_max, Framing& framing) {
  const std::size_t lengths = count(request, "Content-Length");
  const std::size_t encodings = count(request, "Transfer-Encoding");
  if (encodings > 0 && lengths > 0) return refuse(400, "Content-Length and Transfer-Encoding exclude each other");
  if (lengths > 1 || encodings > 1) return refuse(400, "a message has one length");
  if (lengths == 1) {
    ASSIGN_OR_RETURN(framing.length, read_length(request.header("Content-Length"), body_bytes_max));
    framing.kind = framing.length > 0 ? Framing::Kind::kLength : Framing::Kind::kNone;
  }
  if (encodings == 1) {
    if (request.minor_version == 0) return refuse(400, "Transfer-Encoding is not for HTTP/1.0");
    if (!ascii_iequals(request.header("Transfer-Encoding"), "chunked")) {
      return refuse(501, "no transfer coding but chunked is understood");
    }
    framing.kind = Framing::Kind::kChunked;
  }
  return {};
}

Outcome<void> read_options(const Request& request, Framing& framing) {
  framing.keep_alive = request.minor_version >= 1 ? !has_token(request, "Connection", "close")
                                                  : has_token(request, "Connection", "keep-alive");
  const std::string_view expect = request.header("Expect");
  if (expect.empty()) return {};
  if (!ascii_iequals(expect, "100-continue")) return refuse(417, "no expectation but 100-continue is met");
  framing.expects_continue = request.minor_version >= 1;
  return {};
}

}  // namespace

Outcome<std::optional<std::size_t>> HeadScanner::scan(std::string_view buffer) {
  for (;;) {
    const std::size_t end = buffer.find('\n', line_begin_);
    const std::string_view line = buffer.substr(line_begin_, end == std::string_view::npos ? end : end + 1 - line_begin_);
    if (lines_ == 0 && line.size() > kRequestLineBytesMax) return refuse(414, "request line too long");
    if (line_begin_ + line.size() > kHeadBytesMax) return refuse(431, "request header too large");
    if (end == std::string_view::npos) {
      const bool bare_return = line.find('\r') < line.size() - 1 && !line.empty();
      if (bare_return || line.find('\0') != std::string_view::npos) return refuse(400, "malformed request header");
      return std::nullopt;
    }
    RETURN_IF_ERROR(check_line(line));
    line_begin_ = end + 1;
    if (line.size() == 2 && lines_ > 0) return line_begin_;
    if (lines_++ > kHeaderFieldsMax) return refuse(431, "too many header fields, max is 100");
  }
}

Outcome<void> HeadScanner::check_line(std::string_view line) const {
  const bool ends_well = line.size() >= 2 && line.find('\r') == line.size() - 2;
  const bool folded = lines_ > 0 && (line.front() == ' ' || line.front() == '\t');
  if (!ends_well || folded || line.find('\0') != std::string_view::npos) return refuse(400, "malformed request header");
  if (lines_ == 0 && line.size() == 2) return refuse(400, "malformed request line");
  return {};
}

Outcome<Framing> parse_head(Request& request, std::uint64_t body_bytes_max) {
  BeastHead parser(request);
  ErrorCode error;
  const std::size_t used = parser.put(boost::asio::buffer(request.head), error);
  if (error == beast::error::bad_version && has_three_words(request.head)) {
    return refuse(505, "HTTP/1.1 and HTTP/1.0 are spoken here");
  }
  // Beast's own verdict on lengths comes through as its error; ours below only words it.
  const bool about_length = error == beast::error::bad_content_length || error == beast::error::bad_transfer_encoding ||
                            error == beast::error::multiple_content_length;
  if (about_length) return refuse(400, "malformed or conflicting message length");
  if (error || used != request.head.size() || !parser.is_header_done()) return refuse(400, "malformed request header");
  if (parser.version() != 10 && parser.version() != 11) return refuse(505, "HTTP/1.1 and HTTP/1.0 are spoken here");
  request.minor_version = parser.version() - 10;
  RETURN_IF_ERROR(check_host(request));
  Framing framing;
  RETURN_IF_ERROR(read_framing(request, body_bytes_max, framing));
  RETURN_IF_ERROR(read_options(request, framing));
  RETURN_IF_ERROR(parse_target(request));
  return framing;
}

}  // namespace postroad::net::http
