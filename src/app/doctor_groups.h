#pragma once
#include <string_view>
#include <vector>

namespace postroad::app::doctor {

/// Of checks, in the order in which they are shown.
inline constexpr std::string_view kGroups[] = {"machine", "name", "network", "reputation", "tls", "domains", "loop", "store"};

/// Other words for one or more of them.
struct GroupAlias {
  std::string_view word, group;
};
inline constexpr GroupAlias kGroupAliases[] = {{"net", "network"}, {"dns", "name"}, {"dns", "domains"}};

/// The groups that a word stands for; none: it is no group.
std::vector<std::string_view> groups_named(std::string_view word);

}  // namespace postroad::app::doctor
