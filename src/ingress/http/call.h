#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ingress/http/api.h"
#include "net/http/read_form.h"

namespace postroad::ingress::http {

using net::http::Response;

/// One request on its way through a handler.
struct Call {
  Api& api;
  net::http::Request& request;
  net::http::Body& body;
  Caller caller;
  std::vector<std::string> captured;  ///< What the `{}` of the path pattern stood for, in order.

  const Api::Parts& parts() const { return api.parts(); }
  /// The body as a form.
  asio::awaitable<net::http::Outcome<net::http::Form>> read_form();
  /// The domain captured at `index`, as far as the key may see it.
  asio::awaitable<Result<account::DomainPtr>> domain(std::size_t index);
  /// "https://mail.example.com", without a final slash.
  std::string base_url() const;
};

/// A form and the query as one: the body wins (contract/errors.md §3). Borrows both.
class Parameters {
 public:
  Parameters(const net::http::Request& request, const net::http::Form& form) : request_(request), form_(form) {}
  /// Null when absent or empty.
  const std::string* find(std::string_view name) const;
  std::string value(std::string_view name) const;

 private:
  const net::http::Request& request_;
  const net::http::Form& form_;
};

/// For what went wrong inside: kInvalidArgument, kUnauthorized and kConflict 400, kNotFound 404, kTooLarge 413,
/// transient ones 503, all else 500 with nothing but "Internal Server Error".
Response error_of(const Error& error);

}  // namespace postroad::ingress::http
