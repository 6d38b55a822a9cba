#include "net/port_holder.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"

namespace postroad::net {
namespace {

constexpr std::string_view kListening = "0A";

/// The inode of a listening socket from one line of /proc/net/tcp, or "".
std::string inode_if_listening(const std::string& line, std::uint16_t port) {
  std::istringstream words(line);
  std::string number, local, remote, state, queues, timers, retransmits, uid, timeout, inode;
  words >> number >> local >> remote >> state >> queues >> timers >> retransmits >> uid >> timeout >> inode;
  const std::size_t colon = local.rfind(':');
  if (state != kListening || colon == std::string::npos) return {};
  unsigned found = 0;
  std::from_chars(local.data() + colon + 1, local.data() + local.size(), found, 16);
  return found == port ? inode : std::string();
}

std::string inode_of(std::uint16_t port) {
  for (const char* path : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream table(path);
    for (std::string line; std::getline(table, line);) {
      if (std::string inode = inode_if_listening(line, port); !inode.empty()) return inode;
    }
  }
  return {};
}

bool holds(const std::filesystem::path& process, const std::string& target) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(process / "fd", error), end; !error && entry != end; entry.increment(error)) {
    std::error_code unreadable;
    if (std::filesystem::read_symlink(*entry, unreadable) == target) return true;
  }
  return false;
}

}  // namespace

std::string port_holder(std::uint16_t port) {
  const std::string inode = inode_of(port);
  if (inode.empty()) return {};
  const std::string target = fmt::format("socket:[{}]", inode);
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    const std::string pid = entry->path().filename().string();
    if (!parse_int(pid) || !holds(entry->path(), target)) continue;
    std::ifstream file(entry->path() / "comm");
    std::string name;
    std::getline(file, name);
    return fmt::format("{} (pid {})", name, pid);
  }
  return {};
}

}  // namespace postroad::net
