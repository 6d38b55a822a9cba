#include "mail/tag_list.h"

#include <algorithm>

#include "base/text.h"

namespace postroad::mail {
namespace {

bool is_tag_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

const std::string* TagList::find(std::string_view name) const {
  for (const Tag& tag : tags) {
    if (tag.name == name) return &tag.value;
  }
  return nullptr;
}

std::optional<TagList> parse_tag_list(std::string_view text) {
  TagList list;
  while (!text.empty()) {
    const std::size_t end = text.find(';');
    const std::string_view part = trim(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (part.empty()) {
      if (trim(text).empty() && !list.tags.empty()) break;
      return std::nullopt;
    }
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = trim(part.substr(0, equals));
    if (!is_tag_name(name) || list.find(name) != nullptr || list.tags.size() == kTagsMax) return std::nullopt;
    std::string value;
    for (const char c : trim(part.substr(equals + 1))) {
      if (c != '\r' && c != '\n') value += c;
    }
    list.tags.push_back({std::string(name), std::move(value)});
  }
  return list;
}

std::string without_white_space(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  }
  return out;
}

}  // namespace postroad::mail
