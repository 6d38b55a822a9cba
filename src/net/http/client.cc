#include "net/http/client.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "net/endpoint.h"
#include "net/http/chunk_decoder.h"

namespace postroad::net::http {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::size_t kReadBytes = 64 * 1024;

std::unexpected<Error> bad_url(std::string_view text, std::string_view why) {
  return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{}: {}", text, why));
}

std::unexpected<Error> broken_off(std::string_view what) {
  return fail_transient(ErrorCode::kConnectionLost, fmt::format("the server broke off its answer: {}", what));
}

bool is_numeric(const std::string& host) { return to_socket_address({host, 1}).has_value(); }

asio::awaitable<Result<std::vector<std::string>>> addresses(Resolver& resolver, std::string host, Deadline deadline) {
  if (is_numeric(host)) co_return std::vector<std::string>{std::move(host)};
  if (ascii_iequals(host, "localhost")) co_return std::vector<std::string>{"127.0.0.1", "::1"};
  Result<DnsAnswer<std::string>> four = co_await resolver.a(host, deadline);
  Result<DnsAnswer<std::string>> six = co_await resolver.aaaa(host, deadline);
  std::vector<std::string> all;
  if (four) all = std::move(four->records);
  if (six) std::ranges::move(six->records, std::back_inserter(all));
  if (!all.empty()) co_return all;
  if (!four) co_return std::unexpected(std::move(four).error());
  co_return fail_permanent(ErrorCode::kDnsFailure, fmt::format("{} has no address", host));
}

asio::awaitable<Result<StreamPtr>> connect(ClientWorld world, Url url, Deadline deadline) {
  Result<std::vector<std::string>> found = co_await addresses(world.resolver, url.host, deadline);
  if (!found) co_return std::unexpected(std::move(found).error());
  Error last{ErrorCode::kConnectionLost, Permanence::kTransient, "no address"};
  for (std::string& address : *found) {
    Endpoint to{std::move(address), url.port};
    Result<StreamPtr> stream = co_await world.network.connect(std::move(to), "", deadline);
    if (stream) co_return stream;
    last = std::move(stream).error();
  }
  co_return std::unexpected(std::move(last));
}

asio::awaitable<Result<void>> secure(Stream& stream, ClientTls& tls, const std::string& host, Deadline deadline) {
  const Result<TlsInfo> info = co_await stream.start_tls_client(tls, host, deadline);
  if (!info) co_return std::unexpected(info.error());
  if (info->peer_verified) co_return Result<void>{};
  co_return fail_permanent(ErrorCode::kTlsFailure, fmt::format("the certificate of {} does not verify: {}", host, info->verify_error));
}

std::string text_of(const ClientRequest& request, const Url& url) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", request.method, url.path, url.authority());
  for (const ResponseHeader& header : request.headers) text += fmt::format("{}: {}\r\n", header.name, header.value);
  if (!request.body.empty() || request.method != "GET") text += fmt::format("Content-Length: {}\r\n", request.body.size());
  return text + "\r\n";
}

Result<std::string> dechunk(std::string_view coded) {
  std::string body(coded.size(), '\0');
  ChunkDecoder decoder;
  std::size_t in = 0;
  std::size_t out = 0;
  while (!decoder.done()) {
    const Outcome<ChunkDecoder::Progress> step = decoder.decode(coded.substr(in), std::span(body).subspan(out));
    if (!step || (step->consumed == 0 && step->produced == 0)) return broken_off("its chunks are not whole");
    in += step->consumed;
    out += step->produced;
  }
  body.resize(out);
  return body;
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (tls ? kHttpsPort : kHttpPort)) text += fmt::format(":{}", port);
  return text;
}

Result<Url> parse_url(std::string_view text) {
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '\\'; };
  if (std::ranges::any_of(text, is_bad)) return bad_url(text, "a URL has no white space");
  Url url;
  std::string_view rest = text;
  if (ascii_istarts_with(rest, "https://")) {
    url.tls = true;
    rest.remove_prefix(8);
  } else if (ascii_istarts_with(rest, "http://")) {
    rest.remove_prefix(7);
  } else {
    return bad_url(text, "begins with http:// or https://");
  }
  rest = rest.substr(0, rest.find('#'));
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  url.path = std::string(rest.substr(end));
  if (!url.path.starts_with('/')) url.path.insert(0, "/");
  if (authority.find('@') != std::string_view::npos) return bad_url(text, "keys are given apart, not in the URL");
  url.port = url.tls ? kHttpsPort : kHttpPort;
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::optional<std::int64_t> port = parse_int(authority.substr(colon + 1));
    if (!port || *port < 1 || *port > 65535) return bad_url(text, "its port is not a number from 1 to 65535");
    url.port = static_cast<std::uint16_t>(*port);
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']')) authority = authority.substr(1, authority.size() - 2);
  if (authority.empty()) return bad_url(text, "names no host");
  url.host = std::string(authority);
  return url;
}

std::string_view ClientResponse::header(std::string_view name) const {
  for (const ResponseHeader& header : headers) {
    if (ascii_iequals(header.name, name)) return header.value;
  }
  return {};
}

Result<ClientResponse> parse_response(std::string_view bytes, bool has_content) {
  const std::size_t head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos || !bytes.starts_with("HTTP/1.")) return broken_off("no whole head came");
  ClientResponse response;
  bool first = true;
  for (std::string_view line : split(bytes.substr(0, head_end), '\n')) {
    line = trim(line);
    if (first) {
      const auto status = line.size() >= 12 ? parse_int(line.substr(9, 3)) : std::nullopt;
      if (!status || *status < 100 || *status > 599) return broken_off("it is no HTTP");
      response.status = static_cast<int>(*status);
      first = false;
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return broken_off("it is no HTTP");
    response.headers.push_back({std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
  }
  if (response.status / 100 == 1) return parse_response(bytes.substr(head_end + 4), has_content);
  if (!has_content || response.status == 204 || response.status == 304) return response;
  const std::string_view body = bytes.substr(head_end + 4);
  if (ascii_iequals(response.header("Transfer-Encoding"), "chunked")) {
    ASSIGN_OR_RETURN(response.body, dechunk(body));
    return response;
  }
  response.body = std::string(body);
  if (const std::string_view length = response.header("Content-Length"); !length.empty()) {
    const std::optional<std::int64_t> size = parse_int(length);
    if (!size || *size < 0 || body.size() < static_cast<std::size_t>(*size)) return broken_off("its body is not whole");
    response.body.resize(static_cast<std::size_t>(*size));
  }
  return response;
}

asio::awaitable<Result<ClientResponse>> fetch(ClientWorld world, ClientRequest request, Deadline deadline) {
  const Result<Url> url = parse_url(request.url);
  if (!url) co_return std::unexpected(url.error());
  Result<StreamPtr> stream = co_await connect(world, *url, deadline);
  if (!stream) co_return std::unexpected(std::move(stream).error());
  if (url->tls) CO_RETURN_IF_ERROR(co_await secure(**stream, world.tls, url->host, deadline));
  const std::string head = text_of(request, *url);
  CO_RETURN_IF_ERROR(co_await (*stream)->write(head, request.body, deadline));
  std::string answer;
  std::string buffer(kReadBytes, '\0');
  for (;;) {
    const Result<std::size_t> got = co_await (*stream)->read_some(buffer, deadline);
    if (!got && got.error().code == ErrorCode::kTimeout) co_return std::unexpected(got.error());
    if (!got) break;  // The server closes behind its answer.
    answer.append(buffer, 0, *got);
    if (answer.size() > kClientHeadBytesMax + kClientBodyBytesMax) {
      co_return fail_permanent(ErrorCode::kTooLarge, "the server's answer is too large");
    }
  }
  co_return parse_response(answer, request.method != "HEAD");
}

}  // namespace postroad::net::http
