#include "app/profile.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json_writer.h"

namespace postroad::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
constexpr ::mode_t kMode = 0600;

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Result<void> write_all(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
  if (file < 0) return fail_permanent(ErrorCode::kDiskFailed, fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  const bool written = ::fchmod(file, kMode) == 0 && ::write(file, text.data(), text.size()) == static_cast<::ssize_t>(text.size());
  const bool closed = ::close(file) == 0;
  if (written && closed) return {};
  return fail_permanent(ErrorCode::kDiskFailed, fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

}  // namespace

std::string profile_path() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  if (config != nullptr && *config == '/') return std::string(config) + "/postroad/profile.json";
  if (home == nullptr || *home != '/') return {};
  return std::string(home) + "/.config/postroad/profile.json";
}

Result<std::optional<Profile>> read_profile(const std::string& path) {
  struct ::stat facts {};
  if (path.empty() || ::stat(path.c_str(), &facts) != 0) return std::nullopt;
  if ((facts.st_mode & 077) != 0) {
    return fail_permanent(ErrorCode::kUnauthorized, fmt::format("{} holds a key and others can read it: chmod 600 {}", path, path));
  }
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  json::error_code error;
  const json::value value = text.str().size() > kProfileBytesMax ? json::value() : json::parse(text.str(), error);
  if (error || !value.is_object() || text_of(value.as_object(), "url").empty()) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{} is no profile; `postroad login` writes a new one", path));
  }
  const json::object& object = value.as_object();
  return Profile{.url = text_of(object, "url"), .key = text_of(object, "key"), .ca_file = text_of(object, "ca_file")};
}

Result<void> write_profile(const std::string& path, const Profile& profile) {
  if (path.empty()) return fail_permanent(ErrorCode::kDiskFailed, "there is no home directory to note it in: set HOME");
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  JsonWriter text;
  text.begin_object().field("url", profile.url).field("key", profile.key).field("ca_file", profile.ca_file).end_object();
  const std::string next = path + ".new";
  RETURN_IF_ERROR(write_all(next, text.text() + "\n"));
  fs::rename(next, path, error);
  if (error) return fail_permanent(ErrorCode::kDiskFailed, fmt::format("cannot write {}: {}", path, error.message()));
  return {};
}

}  // namespace postroad::app
