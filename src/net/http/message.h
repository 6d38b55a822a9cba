#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/stream.h"

namespace postroad::net::http {

/// Why a request is not served: the status and the text its sender gets.
struct Refusal {
  int status = 400;
  std::string message;
};
template <class T>
using Outcome = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refuse(int status, std::string message) {
  return std::unexpected(Refusal{status, std::move(message)});
}

struct Header {
  std::string_view name;
  std::string_view value;  ///< Without white space around it.
};

struct Parameter {
  std::string name;
  std::string value;
};

/// A request's head. Views point into `head`; it lives as long as the handler runs, and is not copied.
struct Request {
  Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  std::string head;                   ///< As it came, without the empty line's follower.
  std::string_view method;
  std::string_view target;            ///< As it came.
  std::string_view path;              ///< Raw, without query, always with a leading '/'.
  std::vector<std::string> segments;  ///< Percent-decoded once; empty ones (doubled, trailing slashes) left out.
  std::vector<Parameter> query;       ///< Decoded, in order.
  std::vector<Header> headers;        ///< In order.
  int minor_version = 1;              ///< HTTP/1.x
  Endpoint peer;
  bool tls = false;
  std::string id;                     ///< The client's X-Request-Id when it is sane, else one of ours.

  /// The first field of this name, any case; empty when there is none.
  std::string_view header(std::string_view name) const;
  bool has_header(std::string_view name) const;
  /// The first query parameter of this name; null when there is none or it is empty (contract/errors.md §3).
  const std::string* parameter(std::string_view name) const;
  void clear();
};

struct ResponseHeader {
  std::string name;
  std::string value;
};

/// A body that is made while it is sent: events as they happen. It ends with the connection.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// The next piece; empty: nothing for now; nullopt: the end. Answers at least once a second, so that a client which
  /// has gone, and a server which stops, are noticed.
  virtual asio::awaitable<std::optional<std::string>> next() = 0;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<ResponseHeader> headers;  ///< Beside Date, Content-*, Connection and X-Request-Id, which we write.
  std::string body;
  std::shared_ptr<const std::string> shared_body;  ///< When set, sent instead of `body`; shared with whoever caches it.
  std::shared_ptr<BodySource> source;  ///< When set, sent instead of `body`, and the connection ends after it.
  bool close = false;                   ///< The connection ends after it.

  std::string_view content() const { return shared_body ? std::string_view(*shared_body) : std::string_view(body); }
};

Response json(int status, std::string body);
Response text(int status, std::string body);
/// {"message": …, "http_response_code": …}; 503 also gets Retry-After (contract/errors.md §2).
Response error(int status, std::string_view message);
Response error(const Refusal& refusal);

std::string_view reason_phrase(int status);

/// Status line and header fields, with the empty line. CR, LF and NUL in values become spaces. `date` as in
/// RFC 9110 §5.6.7.
void append_response_head(std::string& out, const Response& response, std::string_view date, std::string_view request_id,
                          bool keep_alive);

}  // namespace postroad::net::http
