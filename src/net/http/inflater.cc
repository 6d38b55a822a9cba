#include "net/http/inflater.h"

#include <zlib.h>

#include "base/assert.h"

namespace postroad::net::http {
namespace {

constexpr int kGzipOnly = 15 + 16;
constexpr std::size_t kPieceBytes = 16 * 1024;
constexpr char kInvalidGzip[] = "unable to parse request: invalid gzip body";

}  // namespace

struct Inflater::Stream {
  Stream() { PR_ASSERT(inflateInit2(&z, kGzipOnly) == Z_OK); }
  ~Stream() { inflateEnd(&z); }
  z_stream z{};
};

Inflater::Inflater(std::uint64_t bytes_max) : stream_(std::make_unique<Stream>()), bytes_max_(bytes_max) {}
Inflater::~Inflater() = default;

Outcome<void> Inflater::feed(std::string_view bytes, const std::function<Outcome<void>(std::string_view)>& take) {
  z_stream& z = stream_->z;
  in_ += bytes.size();
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  char piece[kPieceBytes];
  bool more_to_come = false;
  while (z.avail_in > 0 || more_to_come) {
    if (between_members_) {
      inflateReset(&z);
      between_members_ = false;
    }
    z.next_out = reinterpret_cast<Bytef*>(piece);
    z.avail_out = sizeof piece;
    const int status = inflate(&z, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return refuse(400, kInvalidGzip);
    between_members_ = status == Z_STREAM_END;
    more_to_come = z.avail_out == 0 && !between_members_;
    const std::size_t got = sizeof piece - z.avail_out;
    out_ += got;
    if (out_ > bytes_max_ || (out_ > kRatioFreeBytes && out_ > in_ * kRatioMax)) return refuse(413, kBodyTooLarge);
    RETURN_IF_ERROR(take({piece, got}));
  }
  return {};
}

Outcome<void> Inflater::finish() const {
  if (in_ > 0 && !between_members_) return refuse(400, kUnexpectedEnd);
  return {};
}

}  // namespace postroad::net::http
