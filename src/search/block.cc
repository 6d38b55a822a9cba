#include "search/block.h"

#include <zstd.h>

#include <memory>

#include "base/assert.h"
#include "search/varint.h"

namespace postroad::search {
namespace {

constexpr int kLevel = 3;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

std::unexpected<Error> corrupt(std::string_view why) {
  return fail_permanent(ErrorCode::kCorrupt, "a block of events: " + std::string(why));
}

std::string plain_of(const Block& block) {
  std::string plain;
  std::int64_t sequence = 0;
  std::int64_t time = 0;
  append_varint(plain, block.size());
  for (const EventRow& row : block) {
    PR_ASSERT(row.sequence >= sequence && row.time >= time);
    append_varint(plain, static_cast<std::uint64_t>(row.sequence - sequence));
    append_varint(plain, static_cast<std::uint64_t>(row.time - time));
    append_varint(plain, static_cast<std::uint64_t>(row.type));
    append_varint(plain, static_cast<std::uint64_t>(row.domain.value));
    append_varint(plain, row.body.size());
    sequence = row.sequence;
    time = row.time;
  }
  for (const EventRow& row : block) plain += row.body;  // Texts that are alike stand together.
  return plain;
}

}  // namespace

std::string compress_block(const Block& block) {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  PR_ASSERT(context != nullptr);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  const std::string plain = plain_of(block);
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  const std::size_t size = ZSTD_compress2(context.get(), out.data(), out.size(), plain.data(), plain.size());
  PR_ASSERT(ZSTD_isError(size) == 0);
  out.resize(size);
  out.shrink_to_fit();
  return out;
}

Result<Block> decompress_block(std::string_view bytes) {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  PR_ASSERT(context != nullptr);
  const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kBlockPlainBytesMax) return corrupt("its size is unknown");
  std::string plain(size, '\0');
  const std::size_t got = ZSTD_decompressDCtx(context.get(), plain.data(), plain.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(got) != 0 || got != size) return corrupt(ZSTD_getErrorName(got));

  VarintReader reader(plain);
  const std::uint64_t count = reader.next();
  if (count > kBlockEventsMax) return corrupt("it holds too many events");
  Block block(count);
  std::vector<std::uint64_t> lengths(count);
  std::uint64_t sequence = 0;
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < count; ++i) {
    EventRow& row = block[i];
    row.sequence = static_cast<std::int64_t>(sequence += reader.next());
    row.time = static_cast<std::int64_t>(time += reader.next());
    row.type = static_cast<events::EventType>(reader.next());
    row.domain = DomainId{static_cast<std::int64_t>(reader.next())};
    lengths[i] = reader.next();
  }
  for (std::size_t i = 0; i < count; ++i) block[i].body = reader.bytes(lengths[i]);
  if (!reader.good() || !reader.at_end()) return corrupt("its table does not fit its bytes");
  return block;
}

}  // namespace postroad::search
