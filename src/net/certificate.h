#pragma once
#include <chrono>
#include <cstddef>
#include <string>

#include "base/result.h"

namespace postroad::net {

/// What a certificate in a file says.
struct CertificateFacts {
  std::chrono::sys_seconds not_after{};
  bool names_host = false;     ///< RFC 6125 §6.4, wildcards too.
  bool self_signed = false;    ///< Issued by itself.
  std::size_t chain = 0;       ///< Certificates behind the first.
  bool chain_holds = true;     ///< Each is signed by the next.
};

/// Of the first certificate in `pem` and those behind it, at most kChainMax. kInvalidArgument when there is none that parses.
inline constexpr std::size_t kChainMax = 16;
Result<CertificateFacts> read_certificate(const std::string& pem, const std::string& hostname);

}  // namespace postroad::net
