#pragma once
#include <string>
#include <vector>

#include "net/http/message.h"

namespace postroad::ingress::http {

/// Lets pages of these origins read the answer (https://fetch.spec.whatwg.org/#http-cors-protocol). `origins`: of the setting
/// http.cors_origins; "*" is any. Does nothing when the request names no origin or none of these.
void allow_origin(const std::vector<std::string>& origins, const net::http::Request& request, net::http::Response& response);

}  // namespace postroad::ingress::http
