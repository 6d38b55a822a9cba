#include "app/service_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

namespace postroad::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr pid_t kSelf = 812;
using Variables = std::map<std::string, std::string>;

Result<ServiceEnvironment> read(const Variables& variables) {
  return read_service_environment([&variables](const char* name) { return variables.contains(name) ? variables.at(name).c_str() : nullptr; }, kSelf);
}

TEST(ServiceEnvironment, OfNobodyIsEmpty) {
  const auto found = read({});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->notify_socket, "");
  EXPECT_EQ(found->watchdog.count(), 0);
  EXPECT_THAT(found->socket_names, IsEmpty());
  EXPECT_EQ(found->ignored, "");
}

TEST(ServiceEnvironment, NamesSocketsInTheirOrder) {
  const auto found = read({{"NOTIFY_SOCKET", "/run/n"}, {"LISTEN_PID", "812"}, {"LISTEN_FDS", "3"}, {"LISTEN_FDNAMES", "http:submission:submissions"}});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->notify_socket, "/run/n");
  EXPECT_THAT(found->socket_names, ElementsAre("http", "submission", "submissions"));
  EXPECT_THAT(read({{"LISTEN_PID", "812"}, {"LISTEN_FDS", "2"}})->socket_names, ElementsAre("unknown", "unknown"));
  EXPECT_THAT(read({{"LISTEN_PID", "812"}, {"LISTEN_FDS", "2"}, {"LISTEN_FDNAMES", "http:"}})->socket_names, ElementsAre("http", ""));
}

TEST(ServiceEnvironment, SocketsOfAnotherProcessAreNotTaken) {
  for (const Variables& others : {Variables{{"LISTEN_PID", "811"}, {"LISTEN_FDS", "1"}}, Variables{{"LISTEN_FDS", "1"}}}) {
    const auto found = read(others);
    ASSERT_TRUE(found.has_value());
    EXPECT_THAT(found->socket_names, IsEmpty());
    EXPECT_THAT(found->ignored, HasSubstr("this process is 812"));
  }
}

TEST(ServiceEnvironment, AWatchdogOfAnotherProcessIsNotOurs) {
  EXPECT_EQ(read({{"WATCHDOG_USEC", "30000000"}})->watchdog, std::chrono::seconds{30});
  EXPECT_EQ(read({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "812"}})->watchdog, std::chrono::seconds{30});
  EXPECT_EQ(read({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "811"}})->watchdog.count(), 0);
}

TEST(ServiceEnvironment, RefusesWhatDoesNotFit) {
  for (const auto& [variables, why] : {std::pair<Variables, std::string>{{{"LISTEN_PID", "812"}, {"LISTEN_FDS", "many"}}, "LISTEN_FDS=many is not a number from 0 to 64"},
                                       {{{"LISTEN_PID", "812"}, {"LISTEN_FDS", "-1"}}, "LISTEN_FDS=-1 is not a number"},
                                       {{{"LISTEN_PID", "812"}, {"LISTEN_FDS", "65"}}, "LISTEN_FDS=65 is not a number"},
                                       {{{"LISTEN_PID", "812"}, {"LISTEN_FDS", "2"}, {"LISTEN_FDNAMES", "http"}}, "LISTEN_FDS=2, and LISTEN_FDNAMES=http names 1"},
                                       {{{"WATCHDOG_USEC", "soon"}}, "WATCHDOG_USEC=soon is not a number"}}) {
    SCOPED_TRACE(why);
    const auto found = read(variables);
    ASSERT_FALSE(found.has_value());
    EXPECT_THAT(found.error().detail, HasSubstr(why));
  }
}

TEST(ServiceEnvironment, IsTakenOutOfTheEnvironment) {
  for (const char* const name : {"NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_USEC", "WATCHDOG_PID"}) setenv(name, "1", 1);
  const auto refused = take_service_environment();  // NOTIFY_SOCKET=1 is no address.
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().detail, HasSubstr("NOTIFY_SOCKET=1"));
  for (const char* const name : {"NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_USEC", "WATCHDOG_PID"}) EXPECT_EQ(getenv(name), nullptr) << name;
  const auto nobody = take_service_environment();
  ASSERT_TRUE(nobody.has_value());
  EXPECT_FALSE(nobody->manager.listens());
}

}  // namespace
}  // namespace postroad::app
