#include "net/http/chunk_decoder.h"

#include <gtest/gtest.h>

namespace postroad::net::http {
namespace {

struct Decoded {
  std::string content;
  std::size_t consumed = 0;
  bool done = false;
  bool refused = false;
};

/// Feeds `piece` bytes at a time into room for `room`.
Decoded decode(std::string_view in, std::size_t piece, std::size_t room) {
  ChunkDecoder decoder;
  Decoded decoded;
  std::string out(room, '\0');
  while (!decoder.done() && decoded.consumed < in.size()) {
    const auto progress = decoder.decode(in.substr(decoded.consumed, piece), out);
    if (!progress) {
      decoded.refused = true;
      return decoded;
    }
    decoded.consumed += progress->consumed;
    decoded.content.append(out, 0, progress->produced);
  }
  decoded.done = decoder.done();
  return decoded;
}

TEST(ChunkDecoder, DecodesInAnySplit) {
  const std::string in = "5\r\nhello\r\n00A;name=\"v\"\r\n 0123\r\n\r\nx\r\n0;last\r\nTrailer: a\r\nB: c\r\n\r\n";
  for (std::size_t piece = 1; piece <= in.size(); ++piece) {
    for (const std::size_t room : {1, 3, 64}) {
      SCOPED_TRACE(testing::Message() << piece << " into " << room);
      const Decoded decoded = decode(in + "GET /", piece, room);
      EXPECT_TRUE(decoded.done);
      EXPECT_EQ(decoded.content, "hello 0123\r\n\r\nx");
      EXPECT_EQ(decoded.consumed, in.size());
    }
  }
}

TEST(ChunkDecoder, RefusesMalformedChunks) {
  for (const std::string_view in :
       {"\r\n", "g\r\n", "-1\r\na", "+1\r\na", "0x1\r\na", " 1\r\na", "1 \r\na", "1\na\r\n", "1\r\na\n0\r\n\r\n", "1\r\nab\r\n",
        "1\r\na0\r\n", "1;\n\r\na", "1\r\na\r\n0\r\n\n", "0\r\nX: a\nY: b\r\n\r\n", "0\r\n folded\r\n\r\n",
        "1000000000000000\r\n", "FFFFFFFFFFFFFFFF\r\n"}) {
    SCOPED_TRACE(in);
    EXPECT_TRUE(decode(in, in.size(), 64).refused);
    EXPECT_TRUE(decode(in, 1, 64).refused);
  }
}

TEST(ChunkDecoder, BoundsExtensionsAndTrailers) {
  const std::string long_line(ChunkDecoder::kLineBytesMax + 1, 'x');
  EXPECT_TRUE(decode("1;" + long_line + "\r\na\r\n0\r\n\r\n", 4096, 64).refused);
  EXPECT_TRUE(decode("0\r\n" + long_line + "\r\n\r\n", 4096, 64).refused);
  std::string many = "0\r\n";
  for (std::size_t i = 0; i <= ChunkDecoder::kTrailerLinesMax; ++i) many += "X: a\r\n";
  EXPECT_TRUE(decode(many + "\r\n", 4096, 64).refused);
}

TEST(ChunkDecoder, IsNotDoneBeforeTheLastChunk) { EXPECT_FALSE(decode("3\r\nabc\r\n", 64, 64).done); }

}  // namespace
}  // namespace postroad::net::http
