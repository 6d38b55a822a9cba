#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::mail {

inline constexpr std::size_t kTagsMax = 64;  ///< ours

/// RFC 6376 §3.2 `tag=value; tag=value`, of DKIM, ARC and DMARC fields and records.
struct TagList {
  struct Tag {
    std::string name;   ///< case matters
    std::string value;  ///< unfolded, without space at its ends; inner space kept
  };
  std::vector<Tag> tags;

  /// Null when there is none of that name.
  const std::string* find(std::string_view name) const;
};

/// Nullopt when malformed: a tag without '=', a bad tag name, one name twice, an empty place but a last one.
std::optional<TagList> parse_tag_list(std::string_view text);
/// The value without any white space: base64, and lists that may be folded.
std::string without_white_space(std::string_view value);

}  // namespace postroad::mail
