#pragma once
#include <optional>
#include <string>

#include "base/result.h"

namespace postroad::app {

/// The server that `postroad login` has noted for this user, in a file that nobody else can read.
struct Profile {
  std::string url, key, ca_file;
};

inline constexpr std::size_t kProfileBytesMax = 16 * 1024;

/// $XDG_CONFIG_HOME/postroad/profile.json, else that of ~/.config; empty when there is no home.
std::string profile_path();
/// nullopt: there is none. kUnauthorized: others can read it; kInvalidArgument: it is none.
Result<std::optional<Profile>> read_profile(const std::string& path);
/// Mode 0600, whole or not at all. kDiskFailed.
Result<void> write_profile(const std::string& path, const Profile& profile);

}  // namespace postroad::app
