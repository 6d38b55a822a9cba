#include "delivery/transcript.h"

#include <fmt/format.h>

#include "base/text.h"

namespace postroad::delivery {

void Transcript::add(char direction, std::string_view line) {
  line = trim(line);
  if (text_.size() + line.size() + 32 > kBytesMax) return;
  const auto offset = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.mono() - start_).count();
  fmt::format_to(std::back_inserter(text_), "+{} ms {} ", offset, direction);
  for (const char c : line) text_ += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  text_ += '\n';
}

}  // namespace postroad::delivery
