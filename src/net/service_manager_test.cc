#include "net/service_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "net/descriptor.h"

namespace postroad::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The other end, as a service manager has it.
class Manager {
 public:
  explicit Manager(const std::string& address) : path_(address.front() == '/' ? address : std::string()) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, address.data(), address.size());
    if (path_.empty()) at.sun_path[0] = '\0';
    const std::size_t length = offsetof(sockaddr_un, sun_path) + address.size() + (path_.empty() ? 0 : 1);
    bound_ = bind(socket_.get(), reinterpret_cast<const sockaddr*>(&at), static_cast<socklen_t>(length)) == 0;
  }
  ~Manager() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  bool bound() const { return bound_; }
  std::vector<std::string> heard() {
    std::vector<std::string> all;
    char buffer[4096];
    for (;;) {
      const auto got = recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (got < 0) return all;
      all.emplace_back(buffer, static_cast<std::size_t>(got));
    }
  }

 private:
  std::string path_;
  Descriptor socket_{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  bool bound_ = false;
};

TEST(ServiceManager, TellsBothKindsOfAddress) {
  const std::string own = "postroad-notify-" + std::to_string(getpid());
  for (const std::string& address : {"/tmp/" + own, "@" + own}) {
    SCOPED_TRACE(address);
    Manager manager(address);
    ASSERT_TRUE(manager.bound());
    const auto service = ServiceManager::at(address, std::chrono::seconds{10});
    ASSERT_TRUE(service.has_value()) << service.error().detail;
    EXPECT_TRUE(service->listens());
    EXPECT_EQ(service->alive_every(), std::chrono::seconds{5});
    service->status("two\nlines");
    service->ready("serving");
    service->reloading(MonoTime{std::chrono::microseconds{1234567}});
    service->alive();
    service->stopping("bye");
    service->failed({ErrorCode::kUnauthorized, Permanence::kPermanent, "no right to use port 25"});
    EXPECT_THAT(manager.heard(),
                ElementsAre("STATUS=two lines", "READY=1\nSTATUS=serving",
                            "RELOADING=1\nMONOTONIC_USEC=1234567\nSTATUS=reading the configuration again", "WATCHDOG=1", "STOPPING=1\nSTATUS=bye",
                            "STATUS=cannot start: no right to use port 25\nERRNO=" + std::to_string(EACCES)));
  }
}

TEST(ServiceManager, CutsWhatIsTooLongForALine) {
  const std::string address = "@postroad-notify-long-" + std::to_string(getpid());
  Manager manager(address);
  const auto service = ServiceManager::at(address, {});
  ASSERT_TRUE(service.has_value());
  service->status(std::string(100'000, 'x'));
  EXPECT_THAT(manager.heard(), ElementsAre("STATUS=" + std::string(ServiceManager::kStatusBytesMax, 'x')));
}

TEST(ServiceManager, WithoutOneSaysNothing) {
  const auto nobody = ServiceManager::at("", std::chrono::seconds{10});
  ASSERT_TRUE(nobody.has_value());
  EXPECT_FALSE(nobody->listens());
  EXPECT_EQ(nobody->alive_every().count(), 0);
  nobody->ready("serving");
}

TEST(ServiceManager, RefusesAnAddressThatIsNone) {
  for (const auto& [address, why] : {std::pair<std::string, std::string>{"relative/path", "neither a path"},
                                     {"vsock:2:1234", "neither a path"},
                                     {"/", "2 to 107 bytes"},
                                     {"/" + std::string(200, 'x'), "2 to 107 bytes"},
                                     {"/tmp/postroad-nobody-is-here", "No such file"}}) {
    SCOPED_TRACE(address);
    const auto service = ServiceManager::at(address, {});
    ASSERT_FALSE(service.has_value());
    EXPECT_THAT(service.error().detail, HasSubstr("NOTIFY_SOCKET=" + address));
    EXPECT_THAT(service.error().detail, HasSubstr(why));
  }
}

}  // namespace
}  // namespace postroad::net
