#include "search/keys.h"

#include <algorithm>

namespace postroad::search {
namespace {

using events::FilterField;

constexpr std::uint64_t kDomainSpace = 0xff;

/// FNV-1a, 64 bits, and the finishing step of SplitMix64, so that near texts have far keys.
Key hash(std::uint64_t space, std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325u ^ space;
  value *= 0x100000001b3u;
  for (const char c : text) {
    value ^= static_cast<unsigned char>(c);
    value *= 0x100000001b3u;
  }
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
  value = (value ^ value >> 27) * 0x94d049bb133111ebu;
  value ^= value >> 31;
  return value <= kOverflow ? value + 2 : value;
}

// Numbers are on disk: append only.
std::uint64_t space_of(FilterField field) {
  switch (field) {
    case FilterField::kEvent: return 1;
    case FilterField::kList: return 2;
    case FilterField::kAttachment: return 3;
    case FilterField::kFrom: return 4;
    case FilterField::kTo: return 5;
    case FilterField::kSubject: return 6;
    case FilterField::kMessageId: return 7;
    case FilterField::kSize: return 8;
    case FilterField::kRecipient:
    case FilterField::kRecipients: return 9;
    case FilterField::kTags: return 10;
    case FilterField::kSeverity: return 11;
    case FilterField::kUserVariables: return 12;
    case FilterField::kCampaign: return 13;
  }
  return 0;
}

constexpr FilterField kAlwaysFiled[] = {FilterField::kEvent, FilterField::kSeverity};
constexpr FilterField kFiled[] = {FilterField::kMessageId,  FilterField::kRecipients, FilterField::kTags,
                                  FilterField::kFrom,       FilterField::kTo,         FilterField::kSubject,
                                  FilterField::kAttachment, FilterField::kList,       FilterField::kUserVariables,
                                  FilterField::kCampaign};

}  // namespace

Key key_of(FilterField field, std::string_view text) { return hash(space_of(field), text); }

Key key_of(DomainId domain) {
  return hash(kDomainSpace, {reinterpret_cast<const char*>(&domain.value), sizeof domain.value});
}

void collect_keys(EventFields& event, DomainId domain, std::vector<Key>& keys) {
  std::vector<std::string> texts;
  const auto file = [&](FilterField field) {
    texts.clear();
    for (const std::string& value : event.values(field)) events::append_index_texts(field, value, texts);
    for (const std::string& text : texts) keys.push_back(key_of(field, text));
  };
  keys.assign(1, key_of(domain));
  for (const FilterField field : kAlwaysFiled) file(field);
  const std::size_t always = keys.size();
  for (const FilterField field : kFiled) file(field);
  std::sort(keys.begin() + static_cast<std::ptrdiff_t>(always), keys.end());
  keys.erase(std::unique(keys.begin() + static_cast<std::ptrdiff_t>(always), keys.end()), keys.end());
  if (keys.size() > kKeysMax) {
    keys.resize(always);
    keys.push_back(kOverflow);
  }
  std::ranges::sort(keys);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

}  // namespace postroad::search
