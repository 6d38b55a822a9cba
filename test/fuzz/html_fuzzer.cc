// Any HTML: tokens lie end to end, and splicing nothing changes nothing.
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "mail/html/splice.h"
#include "mail/html/text.h"
#include "mail/html/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postroad::mail;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  html::Tokenizer tokenizer(text);
  std::size_t at = 0;
  for (html::Token token; tokenizer.next(token); at = token.end)
    PR_ASSERT(token.begin == at && token.end > token.begin);
  PR_ASSERT(at == size);
  std::vector<html::Splice> splices;
  for (const html::Link& link : html::find_links(text))
    splices.push_back({link.begin, link.end, std::string(text.substr(link.begin, link.end - link.begin))});
  PR_ASSERT(html::spliced(text, splices) == text);
  const html::BodyPlaces places = html::find_body(text);
  PR_ASSERT(places.start <= places.end && places.end <= size);
  (void)html::to_text(text);
  return 0;
}
