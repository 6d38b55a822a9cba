#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "net/stream.h"

namespace postroad::app {

/// What is listened on, by what is spoken there.
struct Listeners {
  std::vector<net::Endpoint> http;            ///< Plain and TLS are told apart per connection.
  std::vector<net::Endpoint> submission;      ///< STARTTLS.
  std::vector<net::Endpoint> submission_tls;  ///< TLS from the first byte, as port 465 always has.
};

/// A socket that was handed over, as far as deciding needs it.
struct HandedName {
  std::string name;  ///< FileDescriptorName=
  net::Endpoint local;
};

/// What became of the configuration where sockets were handed over.
struct Replaced {
  std::string_view kind;  ///< "http", "submission", "submissions"
  std::vector<net::Endpoint> handed, not_bound;
};

/// Puts handed-over sockets in the place of the configured addresses of their kind, and says what it did. A socket is of the kind
/// that its name says: http or https, submission, submissions. One without a name of its own ("unknown", or that of its unit) is of
/// the kind whose configuration has its address, else its port. kInvalidArgument: no kind can be told; says which name to write.
Result<std::vector<Replaced>> replace_by_handed(Listeners& listeners, const std::vector<HandedName>& handed);

}  // namespace postroad::app
