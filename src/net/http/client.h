#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "net/http/message.h"
#include "net/network.h"
#include "net/resolver.h"
#include "net/tls.h"

namespace postroad::net::http {

/// "https://mail.example.com:8443/base" in its parts.
struct Url {
  bool tls = false;
  std::string host;  ///< A name or a numeric address, without brackets.
  std::uint16_t port = 0;
  std::string path;  ///< With query, without fragment; at least "/".
  std::string authority() const;  ///< For the Host field: with brackets, and the port where it is not the scheme's own.
};
/// http and https alone; user, password and white space are refused. kInvalidArgument says why.
Result<Url> parse_url(std::string_view text);

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  std::vector<ResponseHeader> headers;  ///< Beside Host, Connection and Content-Length, which we write.
  std::string body;
};

struct ClientResponse {
  int status = 0;
  std::vector<ResponseHeader> headers;
  std::string body;
  /// The first field of this name, any case; empty when there is none.
  std::string_view header(std::string_view name) const;
};

/// What a call needs of the world. Borrowed.
struct ClientWorld {
  Network& network;
  Resolver& resolver;
  ClientTls& tls;
};

inline constexpr std::size_t kClientHeadBytesMax = 64 * 1024;
inline constexpr std::size_t kClientBodyBytesMax = 64 * 1024 * 1024;

/// One request over a connection of its own, HTTP/1.1. Whoever the user names is called: no redirect is followed, no
/// address is kept out; what strangers name needs another client. kConnectionLost: no server, or it broke off;
/// kTlsFailure: its certificate does not verify; kTooLarge; kDnsFailure and kTimeout as they are.
asio::awaitable<Result<ClientResponse>> fetch(ClientWorld world, ClientRequest request, Deadline deadline);

/// Reads a response that ended with its connection; kConnectionLost when it is not whole.
Result<ClientResponse> parse_response(std::string_view bytes, bool has_content);

}  // namespace postroad::net::http
