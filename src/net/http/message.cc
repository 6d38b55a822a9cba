#include "net/http/message.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include "base/text.h"

namespace postroad::net::http {
namespace {

constexpr std::string_view kRetryAfterSeconds = "1";

void append_clean(std::string& out, std::string_view value) {
  for (const char c : value) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (ascii_iequals(header.name, name)) return header.value;
  }
  return {};
}

bool Request::has_header(std::string_view name) const {
  for (const Header& header : headers) {
    if (ascii_iequals(header.name, name)) return true;
  }
  return false;
}

const std::string* Request::parameter(std::string_view name) const {
  for (const Parameter& parameter : query) {
    if (parameter.name == name) return parameter.value.empty() ? nullptr : &parameter.value;
  }
  return nullptr;
}

void Request::clear() {
  head.clear();
  method = target = path = {};
  segments.clear();
  query.clear();
  headers.clear();
  id.clear();
}

Response json(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response text(int status, std::string body) {
  Response response = json(status, std::move(body));
  response.content_type = "text/plain; charset=utf-8";
  return response;
}

Response error(int status, std::string_view message) {
  const std::string quoted = boost::json::serialize(boost::json::value(boost::json::string(message)));
  Response response = json(status, fmt::format(R"({{"message":{},"http_response_code":{}}})", quoted, status));
  if (status == 503) response.headers.push_back({"Retry-After", std::string(kRetryAfterSeconds)});
  return response;
}

Response error(const Refusal& refusal) { return error(refusal.status, refusal.message); }

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

void append_response_head(std::string& out, const Response& response, std::string_view date, std::string_view request_id,
                          bool keep_alive) {
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                 reason_phrase(response.status), date);
  if (response.status != 204 && response.status != 304) {
    if (!response.content_type.empty()) {
      out += "Content-Type: ";
      append_clean(out, response.content_type);
      out += "\r\n";
    }
    if (!response.source) {
      fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", response.content().size());
    }
  }
  for (const ResponseHeader& header : response.headers) {
    append_clean(out, header.name);
    out += ": ";
    append_clean(out, header.value);
    out += "\r\n";
  }
  if (!request_id.empty()) {
    out += "X-Request-Id: ";
    append_clean(out, request_id);
    out += "\r\n";
  }
  if (!keep_alive) out += "Connection: close\r\n";
  out += "\r\n";
}

}  // namespace postroad::net::http
