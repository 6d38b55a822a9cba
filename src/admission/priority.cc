#include "admission/priority.h"

#include "base/text.h"

namespace postroad::admission {
namespace {

bool goes_to_many(const mail::HeaderBlock& header) {
  if (header.find("List-Id") != nullptr || header.find("List-Unsubscribe") != nullptr) return true;
  const mail::HeaderField* precedence = header.find("Precedence");
  if (precedence == nullptr) return false;
  const std::string word = ascii_lower(trim(mail::unfold(precedence->value)));
  return word == "bulk" || word == "list" || word == "junk";
}

}  // namespace

spool::Priority priority_by_shape(const mail::HeaderBlock& header, std::size_t recipients) {
  if (recipients > kHighRecipientsMax || goes_to_many(header)) return spool::Priority::kBulk;
  return spool::Priority::kHigh;
}

std::optional<spool::Priority> parse_priority(std::string_view text) {
  const std::string word = ascii_lower(trim(text));
  for (const spool::Priority one : spool::kPriorities) {
    if (word == spool::priority_name(one)) return one;
  }
  return std::nullopt;
}

}  // namespace postroad::admission
