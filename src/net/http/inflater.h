#pragma once
#include <functional>
#include <memory>

#include "net/http/form.h"

namespace postroad::net::http {

/// Content-Encoding: gzip (RFC 1952, several members allowed), in any split, with bounds on what comes out.
class Inflater {
 public:
  static constexpr std::uint64_t kRatioMax = 100;
  static constexpr std::uint64_t kRatioFreeBytes = 1024 * 1024;  ///< Below this the ratio does not matter.

  explicit Inflater(std::uint64_t bytes_max);
  ~Inflater();
  /// Gives what comes out to `take` in pieces; 413 beyond `bytes_max` or kRatioMax, 400 when it is not gzip.
  Outcome<void> feed(std::string_view bytes, const std::function<Outcome<void>(std::string_view)>& take);
  Outcome<void> finish() const;

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  const std::uint64_t bytes_max_;
  std::uint64_t in_ = 0;
  std::uint64_t out_ = 0;
  bool between_members_ = false;
};

}  // namespace postroad::net::http
