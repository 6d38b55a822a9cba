// Any bytes after DATA, in one piece and in many: both must end at the same place with the same content, and
// what the writer sends of normalised content must read back the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "mail/header_block.h"
#include "mail/smtp/data_reader.h"
#include "mail/smtp/data_writer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postroad;
  const std::string_view wire(reinterpret_cast<const char*>(data), size);
  mail::smtp::DataReader whole(1 << 20);
  std::string content;
  const std::size_t used = whole.consume(wire, content);
  mail::smtp::DataReader split(1 << 20);
  std::string again;
  std::size_t at = 0;
  while (at < wire.size() && !split.done()) at += split.consume(wire.substr(at, 1 + at % 5), again);
  PR_ASSERT(whole.done() == split.done() && used == at && content == again &&
            whole.bare_lf() == split.bare_lf());
  const std::string normal = mail::normalise_line_ends(wire);
  std::string sent;
  mail::smtp::append_data(normal, sent);
  mail::smtp::DataReader back(std::size_t{1} << 22);
  std::string received;
  PR_ASSERT(back.consume(sent, received) == sent.size() && back.done() && back.bare_lf() == 0 &&
            back.bare_cr() == 0);
  PR_ASSERT(received.starts_with(normal) && received.size() <= normal.size() + 2);
  return 0;
}
