#pragma once
#include <openssl/bio.h>

namespace postroad::net {

/// A BIO over a non-blocking descriptor that it does not own; unlike OpenSSL's own it never raises SIGPIPE.
/// Null only when memory is out.
BIO* make_socket_bio(int descriptor);

}  // namespace postroad::net
