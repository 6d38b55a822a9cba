#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace postroad::net {

namespace asio = boost::asio;

struct MxRecord {
  std::uint16_t preference;
  std::string host;  ///< Lower case, without the final dot; empty for the null MX "." (RFC 7505).
};

/// An answer to one question. An empty list with `name_exists` is NODATA, without it NXDOMAIN. SERVFAIL, a timeout
/// and a bogus DNSSEC answer are errors (kDnsFailure, transient), never an empty answer.
template <class T>
struct DnsAnswer {
  std::vector<T> records;
  bool name_exists = true;
  bool secure = false;         ///< Validated with DNSSEC.
  std::string canonical_name;  ///< Where CNAMEs led, without the final dot; the question itself when there were none.
};

/// The seam for DNS. Names are ASCII (A-labels); CNAMEs are followed, at most 16. Any loop.
class Resolver {
 public:
  virtual ~Resolver() = default;
  virtual asio::awaitable<Result<DnsAnswer<MxRecord>>> mx(std::string name, Deadline deadline) = 0;
  virtual asio::awaitable<Result<DnsAnswer<std::string>>> a(std::string name, Deadline deadline) = 0;     ///< Numeric.
  virtual asio::awaitable<Result<DnsAnswer<std::string>>> aaaa(std::string name, Deadline deadline) = 0;  ///< Numeric.
  /// Each record's strings joined (RFC 7208 §3.3).
  virtual asio::awaitable<Result<DnsAnswer<std::string>>> txt(std::string name, Deadline deadline) = 0;
  /// The name servers of a zone, at its apex; a name within a zone has none.
  virtual asio::awaitable<Result<DnsAnswer<std::string>>> ns(std::string name, Deadline deadline) = 0;
  /// For an address: its names.
  virtual asio::awaitable<Result<DnsAnswer<std::string>>> ptr(std::string address, Deadline deadline) = 0;
};

}  // namespace postroad::net
